/** The validator over HL7's definitions and the portal's profiles, and short ways to ask it. */
import { loadDefinitions } from '../../src/definitions/load.js';
import type { Issue } from '../../src/fhir/fault.js';
import type { Resource } from '../../src/fhir/resource.js';
import { createValidator } from '../../src/validate/validator.js';

const root = process.cwd();
export const definitions = loadDefinitions(root);
export const validator = createValidator(definitions, { root });

export const errorsOf = (resource: object, profiles: string[] = []): Issue[] =>
  validator.validate(resource as Resource, { profiles }).filter(({ severity }) => severity === 'error');

/** `code expression` of each error. */
export const marks = (resource: object, profiles?: string[]): string[] =>
  errorsOf(resource, profiles).map(({ code, expression }) => `${code} ${expression}`);

const coding = { system: 'http://loinc.org', code: '8867-4' };

export const observation = (more: object = {}): object => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [coding] },
  subject: { reference: 'Patient/p1' },
  valueQuantity: { value: 70, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
  ...more,
});

export const patient = (more: object = {}): object => ({ resourceType: 'Patient', birthDate: '1970-01-01', ...more });
