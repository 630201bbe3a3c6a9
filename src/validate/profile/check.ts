/** Profiles. */
import type { JsonObject, Resource } from '../../fhir/resource.js';
import type { Path } from '../report.js';
import type { Scope } from '../scope.js';

export interface ProfileCheck {
  checkExtension(extension: JsonObject, scope: Scope, at: Path): void;
  checkDeclared(resource: Resource, scope: Scope, at: Path): void;
  checkProfile(value: JsonObject, canonical: string, scope: Scope, at: Path): void;
}
export function profileCheck(): ProfileCheck {
  return { checkExtension: () => undefined, checkDeclared: () => undefined, checkProfile: () => undefined };
}
