/** Profiles made for a test: Observation with a few changes. */
import type { Definitions } from '../../src/definitions/definitions.js';
import type { ElementDefinition, StructureDefinition } from '../../src/definitions/slim.js';
import { withSnapshot } from '../../src/definitions/snapshot.js';
import type { Resource } from '../../src/fhir/resource.js';
import { createValidator } from '../../src/validate/validator.js';
import { definitions } from './validator-fixture.js';

export const url = 'http://example.org/StructureDefinition/test';
export const base = 'http://hl7.org/fhir/StructureDefinition/';

export type Change = Partial<ElementDefinition> & { id: string };

/** `code expression` of each error under a profile that is Observation with these changes. */
export function marks(changes: Change[], resource: object): string[] {
  const element = changes.map(change => ({ path: change.id.replace(/:[^.]+/g, ''), ...change }));
  const profile: StructureDefinition = {
    ...{
      resourceType: 'StructureDefinition',
      url,
      name: 'Test',
      type: 'Observation',
      kind: 'resource',
      abstract: false,
    },
    ...{ derivation: 'constraint', baseDefinition: `${base}Observation`, differential: { element } },
  };
  const lookup = (canonical: string): StructureDefinition | undefined =>
    definitions.structure(canonical) as StructureDefinition | undefined;
  const withProfile: Definitions = {
    ...definitions,
    structure: canonical => (canonical === url ? withSnapshot(profile, lookup) : definitions.structure(canonical)),
  };
  return createValidator(withProfile, { root: process.cwd() })
    .validate({ ...resource, meta: { profile: [url] } } as Resource)
    .filter(({ severity }) => severity === 'error')
    .map(({ code, expression }) => `${code} ${expression}`);
}

export const code = (value: string, system = 'http://example.org/a'): object => ({ coding: [{ system, code: value }] });
export const slicing = (type: string, path: string, rules = 'open'): Change['slicing'] => ({
  discriminator: [{ type, path }],
  rules,
});
