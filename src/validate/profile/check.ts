/**
 * The third layer: what profiles add, those a resource declares, those the caller names, and the definitions of extensions.
 * https://hl7.org/fhir/R4/profiling.html
 */
import type { StructureDefinition } from '../../definitions/slim.js';
import type { JsonObject, Resource } from '../../fhir/resource.js';
import { step, type Path } from '../report.js';
import { list, text, type CheckContext } from '../check-context.js';
import { compileProfile, type Profile } from './compile.js';
import { NodeCheck, type FindProfile } from './node-check.js';

export interface ProfileCheck {
  /** Checks an extension against its own definition, where that is known. */
  readonly checkExtension: (extension: JsonObject, scope: CheckContext, at: Path) => void;
  /** Checks a resource against the profiles of its meta.profile. */
  readonly checkDeclared: (resource: Resource, scope: CheckContext, at: Path) => void;
  /** Checks a value against one profile; an unknown profile is a warning. */
  readonly checkProfile: (value: JsonObject, canonical: string, scope: CheckContext, at: Path) => void;
}

/** Profiles are compiled when first met. */
export function profileCheck(): ProfileCheck {
  const find = finder();
  const check = new NodeCheck(find);
  const checkProfile: ProfileCheck['checkProfile'] = (value, canonical, scope, at) =>
    check.profile(value, canonical, scope, at);
  return {
    checkProfile,
    checkExtension: (extension, scope, at) => {
      const profile = find(text(extension, 'url') ?? '', scope);
      if (profile?.type !== 'Extension') return;
      check.object(extension, profile.root, scope, at);
      checkParts(extension, profile, scope, at);
    },
    checkDeclared: (resource, scope, at) => {
      for (const canonical of resource.meta?.profile ?? []) {
        if (typeof canonical === 'string') checkProfile(resource, canonical, scope, at);
      }
    },
  };
}

function finder(): FindProfile {
  const compiled = new WeakMap<Resource, Profile>();
  return (canonical, { definitions }) => {
    const definition = definitions.structure(canonical) as StructureDefinition | undefined;
    if (!definition?.snapshot) return undefined;
    const profile = compiled.get(definition) ?? compileProfile(definition, definitions);
    compiled.set(definition, profile);
    return profile;
  };
}

/** A part of an extension that is named by a mere word must be one that the extension defines. */
function checkParts(extension: JsonObject, { root, url }: Profile, { report }: CheckContext, at: Path): void {
  const slices = root.children.find(({ name }) => name === 'extension')?.slices ?? [];
  const names = slices.map(({ children }) => children.find(({ name }) => name === 'url')?.fixed);
  for (const [index, part] of list(extension, 'extension').entries()) {
    const name = text(part, 'url') ?? '';
    if (!name.includes(':') && !names.includes(name)) {
      report.breach('extension', step(at, 'extension', index), `The extension ${url} has no part of this name.`);
    }
  }
}
