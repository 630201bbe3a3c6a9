/**
 * Records that may be of one person. Member administration decides by a Task (profile duplicate-review): completed where
 * they are, rejected where they are not. Until then no second account is made.
 */
import { createHash } from 'node:crypto';
import type { Patient, Person, Task } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { instant } from '../fhir/instant.js';
import type { Query } from '../fhir/request.js';
import { byAddress, byBirthDate, candidatesBy } from './candidates.js';
import { findAccount, inForce, isInactive } from './identity.js';
import { compare, describe, isOnePerson, mayBeOnePerson } from './likeness.js';
import { combined, created, step, type Step, type Versioned, type WorkflowReader } from './step.js';

/** Another record that may be of the same person. */
export interface Duplicate {
  readonly patient: Versioned<Patient>;
  readonly account?: Versioned<Person>;
  /** Name, birth date and an address agree. */
  readonly isLikely: boolean;
  /** Whether member administration has been asked already. */
  readonly isReviewed: boolean;
}

const MOST_REVIEWS = 10;
const WHOLE_DAY = 'YYYY-MM-DD'.length;

/** @param own the record and what was merged into it: `Patient/1` */
export async function duplicatesOf(
  record: Patient,
  own: readonly string[],
  reader: WorkflowReader,
): Promise<Duplicate[]> {
  const sought = describe(record, reader.phoneNumber);
  const byName = sought.birthDate?.length === WHOLE_DAY ? byBirthDate(sought) : undefined;
  const { found } = await candidatesBy<Patient>('Patient', [byAddress(sought), byName], reader);
  const all = new Map<string, Duplicate>();
  for (const candidate of found) {
    const how = compare(sought, describe(candidate.resource, reader.phoneNumber));
    const [patient] = mayBeOnePerson(how) ? await inForce([candidate], reader) : [];
    const reference = `Patient/${patient?.resource.id}`;
    if (!patient || own.includes(reference) || isInactive(patient.resource)) continue;
    const reviews = await reader.find<Task>('Task', reviewsOf(own[0] ?? '', reference, reader), MOST_REVIEWS);
    if (reviews.some(({ resource: { status } }) => status === 'rejected')) continue;
    const { found: account } = await findAccount(patient, reader);
    const known = { patient, isLikely: isOnePerson(how), isReviewed: reviews.length > 0 };
    all.set(reference, account ? { ...known, account } : known);
  }
  return [...all.values()];
}

/** A Task for each pair that member administration has not been asked about; one a pair, whoever writes at the same time. */
export function reviewed(record: string, all: readonly Duplicate[], reader: WorkflowReader, world: World): Step {
  const open = all.filter(({ isReviewed }) => !isReviewed);
  return combined(...open.map(one => review(record, one, reader, world)));
}

function review(record: string, { patient, account }: Duplicate, reader: WorkflowReader, world: World): Step {
  const { own } = reader;
  const other = `Patient/${patient.resource.id}`;
  const now = instant(world.clock.now());
  const task: Task = {
    resourceType: 'Task',
    id: world.ids.next(),
    meta: { profile: [own.structure('duplicate-review')] },
    identifier: [{ system: systemOf(reader), value: pairOf(record, other) }],
    status: 'requested',
    intent: 'order',
    code: own.concept('task-code', 'review-duplicate'),
    focus: { reference: account ? `Person/${account.resource.id}` : other },
    authoredOn: now,
    lastModified: now,
    input: [{ type: { text: 'possible duplicate' }, valueReference: { reference: record } }],
  };
  return step({ writes: [created(task)], criteria: [reader.still('Task', reviewsOf(record, other, reader), [])] });
}

const systemOf = ({ own }: WorkflowReader): string => `${own.base}/duplicate-pair`;

/** The same in either order. */
const pairOf = (one: string, other: string): string =>
  createHash('sha256')
    .update([one, other].sort((a, b) => (a < b ? -1 : 1)).join(' '))
    .digest('hex');

const reviewsOf = (one: string, other: string, reader: WorkflowReader): Query => [
  ['identifier', `${systemOf(reader)}|${pairOf(one, other)}`],
];
