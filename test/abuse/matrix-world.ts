/** The people of the matrix, their resources, and what kind of thing each resource is. */
import type { Resource } from '../../src/fhir/resource.js';
import { nameOf, resourcesOf, sharedResources } from './two-patients.js';

/** Patients: one with an account, a stranger, a child, and a grandmother for whom others act. */
export const ANN = 'zqone';
export const STRANGER = 'zqtwo';
export const KID = 'zqkid';
export const OLD = 'zqold';
export const PATIENTS = [ANN, STRANGER, KID, OLD] as const;

/** What a resource is, as far as access by function or role tells apart. */
export type Kind =
  | 'Patient'
  | 'RelatedPerson'
  | 'Person'
  | 'Communication'
  | 'Task'
  | 'work'
  | 'upload'
  | 'attachment'
  | 'DocumentReference'
  | 'Observation'
  | 'laboratory'
  | 'AuditEvent';

/** A patient's resource. */
export interface Owned {
  readonly patient: string;
  readonly kind: Kind;
  readonly resource: Resource & { id: string };
}

const reference = (to: string) => ({ reference: to });
const FUNCTION = 'https://portico.health/fhir/StructureDefinition/proxy-function';
const ROLES = 'https://portico.health/fhir/CodeSystem/role';
const CATEGORIES = 'http://terminology.hl7.org/CodeSystem/observation-category';

function kindOf({ resourceType, id }: Resource & { id: string }): Kind {
  if (id.endsWith('-work')) return 'work';
  if (resourceType === 'Binary') return id.endsWith('-attachment') ? 'attachment' : 'upload';
  return id.endsWith('-laboratory') ? 'laboratory' : (resourceType as Kind);
}

/** The same as the patient's measurement, as a laboratory's. */
function laboratory(patient: string): Resource & { id: string } {
  const { id: _id, ...measured } = resourcesOf(patient).find(({ resourceType }) => resourceType === 'Observation')!;
  const category = [{ coding: [{ system: CATEGORIES, code: 'laboratory' }] }];
  return { ...measured, resourceType: 'Observation', id: `${patient}-laboratory`, category };
}

export const owned: readonly Owned[] = PATIENTS.flatMap(patient =>
  [...resourcesOf(patient), laboratory(patient)].map(resource => ({ patient, kind: kindOf(resource), resource })),
);

export interface Relation {
  readonly id: string;
  readonly patient: string;
  readonly functions?: readonly string[];
  readonly ended?: true;
}

/** Somebody who acts for a patient, in these functions (none: all). */
const relationOf = ({ id, patient, functions = [], ended }: Relation): Resource & { id: string } => ({
  ...{ resourceType: 'RelatedPerson', id, active: true, patient: reference(`Patient/${patient}`) },
  ...(functions.length > 0 ? { extension: functions.map(valueCode => ({ url: FUNCTION, valueCode })) } : {}),
  ...(ended ? { period: { end: '2026-01-01' } } : {}),
});

/** The account of somebody of these relations alone. */
const accountOf = (id: string, relations: readonly Relation[]): Resource & { id: string } => ({
  ...{ resourceType: 'Person', id, active: true },
  link: relations.map(relation => ({ target: reference(`RelatedPerson/${relation.id}`) })),
});

/** The account of proxies, `Person/{id}`, and their relations, which are the patients' own. */
export const proxyResources = (id: string, relations: readonly Relation[]): (Resource & { id: string })[] => [
  accountOf(id, relations),
  ...relations.map(relationOf),
];

/** `Practitioner/{id}` in a role, of a group that has nothing to do with these patients. */
export const staffResources = (id: string, role: string): (Resource & { id: string })[] => [
  { resourceType: 'Practitioner', id, active: true, name: [{ family: 'Staff' }] },
  {
    ...{
      resourceType: 'PractitionerRole',
      id: `${id}-role`,
      active: true,
      practitioner: reference(`Practitioner/${id}`),
    },
    ...{ organization: reference('Organization/zq-others'), code: [{ coding: [{ system: ROLES, code: role }] }] },
  },
];

/** What is there for everybody. */
export const everybodys: readonly (Resource & { id: string })[] = [
  ...sharedResources(),
  { resourceType: 'Organization', id: 'zq-others', active: true, name: 'Others' },
];

/** What the account of a patient needs to get in, whatever else is there. */
export const accountName = (patient: string): string => `Person/${nameOf(patient, 'Person')}`;
