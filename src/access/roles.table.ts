/** What each staff role sees and writes. A line for a type goes before the `*` of its role; of several roles the union holds. */
import type { StaffRole } from '../fhir/staff-roles.js';

export interface Grant {
  /** `all` of the type; `group`: what belongs to the person or to an Organization they work in. */
  readonly see: 'all' | 'group' | 'none';
  /** Of `c u d`; none if left out. */
  readonly write?: string;
}

export type RoleGrants = Readonly<Record<string, Grant>>;

const all: Grant = { see: 'all' };
const create: Grant = { see: 'all', write: 'c' };
const edit: Grant = { see: 'all', write: 'cu' };
const manage: Grant = { see: 'all', write: 'cud' };
const group: Grant = { see: 'group' };
/** Messages that concern the person or their groups; what they may do to each is the portal's rule. */
const messages: Grant = { see: 'group', write: 'cud' };
const none: Grant = { see: 'none' };

const messaging: RoleGrants = {
  Patient: all,
  RelatedPerson: all,
  Person: all,
  Communication: messages,
  Binary: create,
  DocumentReference: all,
  Task: group,
  // Templates of messages.
  ActivityDefinition: all,
};

/** Definitions are for everybody who reads the statement that names them. */
const definitions: RoleGrants = {
  StructureDefinition: all,
  ValueSet: all,
  CodeSystem: all,
  SearchParameter: all,
  OperationDefinition: all,
  CompartmentDefinition: all,
};

/** What every active Practitioner sees: the directory, whole, and definitions. */
export const everyStaff: RoleGrants = {
  ...definitions,
  Practitioner: all,
  PractitionerRole: all,
  Organization: all,
  HealthcareService: all,
  Endpoint: all,
  Location: all,
};

const grants: Readonly<Record<StaffRole, RoleGrants>> = {
  clinician: {
    '*': all,
    AuditEvent: none,
    Provenance: none,
    Basic: none,
    Subscription: none,
    // Favourites are the patients' own.
    List: none,
    Task: group,
    Communication: messages,
    Binary: create,
    DocumentReference: edit,
    Observation: edit,
  },
  agent: messaging,
  // The templates of their groups: writing/activity-rule.ts.
  manager: { ...messaging, ActivityDefinition: edit },
  'workbench-user': {},
  'task-processing': {},
  scheduler: { Patient: all, Appointment: manage, Schedule: manage, Slot: manage },
  'visit-administrator': { Patient: all, Appointment: all, Encounter: all },
  auditor: { AuditEvent: all },
  // They keep the clients, which are no resources.
  'system-administrator': {},
  'configuration-manager': { Basic: manage, ActivityDefinition: manage },
  'healthcare-administrator': {
    Patient: all,
    ActivityDefinition: edit,
    // They close and reopen accounts; the portal's rule refuses all else.
    Person: { see: 'all', write: 'u' },
    RelatedPerson: all,
    Task: { see: 'all', write: 'u' },
    Practitioner: manage,
    PractitionerRole: manage,
    Organization: manage,
    HealthcareService: manage,
    Endpoint: manage,
    Location: manage,
  },
};

/** By the code of the role. */
export const roles: Readonly<Record<string, RoleGrants>> = grants;
