/** Profiles made for a test: base types with a few changes. */
import type { ElementDefinition, StructureDefinition } from '../../src/definitions/slim.js';
import { withSnapshot } from '../../src/definitions/snapshot.js';
import type { JsonObject, Resource } from '../../src/fhir/resource.js';
import { createValidator } from '../../src/validate/validator.js';
import { definitions } from './validator-fixture.js';

export const url = 'http://example.org/StructureDefinition/test';
export const base = 'http://hl7.org/fhir/StructureDefinition/';

export type Change = Partial<ElementDefinition> & { id: string };

/** A profile on a base type, with these changes. */
export function profileOn(type: string, changes: Change[], canonical = url): StructureDefinition {
  const element = changes.map(change => ({ path: change.id.replace(/:[^.]+/g, ''), ...change }));
  return {
    ...{ resourceType: 'StructureDefinition', url: canonical, name: 'Test', type, kind: 'resource', abstract: false },
    ...{ derivation: 'constraint', baseDefinition: `${base}${type}`, differential: { element } },
  };
}

/** `code expression` of each error under a profile on the resource's type with these changes; it may name the others. */
export function marks(changes: Change[], resource: object, others: StructureDefinition[] = []): string[] {
  const profiles = [profileOn((resource as Resource).resourceType, changes), ...others];
  const structure = (canonical: string): StructureDefinition | undefined => {
    const index = profiles.findIndex(profile => profile.url === canonical);
    if (index < 0) return definitions.structure(canonical) as StructureDefinition | undefined;
    return (profiles[index] = withSnapshot(profiles[index]!, structure));
  };
  return createValidator({ ...definitions, structure }, { root: process.cwd() })
    .validate({ ...resource, meta: { profile: [url] } } as Resource)
    .filter(({ severity }) => severity === 'error')
    .map(({ code, expression }) => `${code} ${expression}`);
}

export const code = (value: string, system = 'http://example.org/a'): JsonObject => ({
  coding: [{ system, code: value }],
});
export const slicing = (type: string, path: string, rules = 'open'): Change['slicing'] => ({
  discriminator: [{ type, path }],
  rules,
});
