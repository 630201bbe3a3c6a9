/**
 * The switches of the portal: what each of them governs. A function that is off answers 403 and is left out of searches; the
 * statement of its endpoint stays as it is.
 */
import type { Communication, Reference } from 'fhir/r4.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Resource } from '../fhir/resource.js';
import type { SwitchName } from './settings.table.js';

/** Callers whom a switch concerns; systems keep their data up to date whatever people see of it. */
export type SwitchedKind = 'patient' | 'staff';

export interface SwitchedCaller {
  readonly kind: string;
  readonly identities: readonly string[];
  readonly roles: ReadonlySet<string>;
}

export interface Governed {
  readonly name: SwitchName;
  readonly for: SwitchedKind;
  /** The type whose resources, with the files that belong to them, are neither read nor written. */
  readonly type?: string;
  /** The writes that are refused, by the resource as it would be stored. */
  readonly writes?: (resource: Resource, own: OwnCanonicals, caller: SwitchedCaller) => boolean;
}

/** A message that is written or sent; what was sent may be retracted whatever is off. */
const isMessage = (resource: Resource): resource is Resource & Communication =>
  resource.resourceType === 'Communication' && resource['status'] !== 'entered-in-error';

const question =
  (category: string) =>
  (resource: Resource, own: OwnCanonicals): boolean =>
    isMessage(resource) && !isReply(resource) && own.hasCode(resource.category, 'message-category', category);

/** An answer names a message, or the work item of one. */
const isReply = ({ inResponseTo = [], partOf = [], basedOn = [] }: Communication): boolean =>
  inResponseTo.length > 0 || partOf.length > 0 || basedOn.length > 0;

const hasFiles = (resource: Resource): boolean =>
  isMessage(resource) && (resource.payload ?? []).some(({ contentAttachment }) => contentAttachment !== undefined);

/** In the name of a Workbench user, by themselves. */
const isPersonal = ({ sender }: Communication, { identities, roles }: SwitchedCaller): boolean => {
  const { reference = '' } = sender ?? {};
  return roles.has('workbench-user') && reference.startsWith('Practitioner/') && identities.includes(reference);
};

const isProvider = ({ reference = '' }: Reference): boolean => /^Practitioner(Role)?\//.test(reference);

/** In the name of a group, and of no provider besides: a message names one as sender, or among its recipients. */
const namesNoProvider = ({ sender, recipient = [] }: Communication): boolean =>
  sender?.reference?.startsWith('Organization/') === true && !recipient.some(isProvider);

export const switches: readonly Governed[] = [
  { name: 'questions-general', for: 'patient', writes: question('general') },
  { name: 'questions-medical', for: 'patient', writes: question('medical') },
  { name: 'questions-billing', for: 'patient', writes: question('billing') },
  { name: 'replies', for: 'patient', writes: resource => isMessage(resource) && isReply(resource) },
  { name: 'provider-messages', for: 'staff', writes: resource => isMessage(resource) && !isReply(resource) },
  {
    name: 'personal-messages',
    for: 'staff',
    writes: (resource, _own, caller) => isMessage(resource) && !isReply(resource) && isPersonal(resource, caller),
  },
  { name: 'group-sender', for: 'staff', writes: resource => isMessage(resource) && namesNoProvider(resource) },
  // Patients upload files for their messages alone.
  { name: 'attachments', for: 'patient', writes: resource => hasFiles(resource) || resource.resourceType === 'Binary' },
  { name: 'attachments', for: 'staff', writes: hasFiles },
  { name: 'documents', for: 'patient', type: 'DocumentReference' },
  { name: 'measurements', for: 'patient', writes: ({ resourceType }) => resourceType === 'Observation' },
  { name: 'update-profile', for: 'patient', writes: ({ resourceType }) => resourceType === 'Patient' },
];
