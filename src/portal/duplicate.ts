/**
 * Records that may be of one person. Member administration decides by a Task (profile duplicate-review): completed where
 * they are, rejected where they are not. Until then no second account is made.
 */
import { createHash } from 'node:crypto';
import type { Patient, Person, Task } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import type { Query } from '../fhir/request.js';
import type { Criterion } from '../store/port.js';
import { byAddress, byBirthDate, MOST_CANDIDATES } from './candidates.js';
import { findAccount, inForce, isInactive } from './identity.js';
import { compare, describe, isOnePerson, mayBeOnePerson } from './likeness.js';
import { combined, created, step, type Candidates, type Step, type Versioned, type WorkflowReader } from './step.js';

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

/** The duplicates of a record, and the conditions under which there are no others. */
export interface Duplicates {
  readonly found: readonly Duplicate[];
  readonly criteria: readonly Criterion[];
}

/**
 * Nobody, where the facts are those of so many that they tell nobody from others.
 * @param own the record and what was merged into it: `Patient/1`; none for a person who is not on record
 */
export async function duplicatesOf(
  record: Patient,
  own: readonly string[],
  reader: WorkflowReader,
): Promise<Duplicates> {
  const sought = describe(record, reader.phoneNumber);
  const byName = sought.birthDate?.length === WHOLE_DAY ? byBirthDate(sought) : undefined;
  const candidates = await reader
    .findAny<Patient>('Patient', [byAddress(sought), byName], MOST_CANDIDATES)
    .catch(ofTooMany);
  const all = new Map<string, Duplicate>();
  for (const candidate of candidates.found) {
    const how = compare(sought, describe(candidate.resource, reader.phoneNumber));
    const [patient] = mayBeOnePerson(how) ? await inForce([candidate], reader) : [];
    const reference = `Patient/${patient?.resource.id}`;
    if (!patient || own.includes(reference) || isInactive(patient.resource)) continue;
    const duplicate = await undecided(patient, own, isOnePerson(how), reader);
    if (duplicate) all.set(reference, duplicate);
  }
  return { found: [...all.values()], criteria: candidates.criteria };
}

/** Undefined where member administration has decided that they are two persons. */
async function undecided(
  patient: Versioned<Patient>,
  [record]: readonly string[],
  isLikely: boolean,
  reader: WorkflowReader,
): Promise<Duplicate | undefined> {
  const pair = record === undefined ? undefined : reviewsOf(record, `Patient/${patient.resource.id}`, reader);
  const reviews = pair ? await reader.find<Task>('Task', pair, MOST_REVIEWS) : [];
  if (reviews.some(({ resource: { status } }) => status === 'rejected')) return undefined;
  const { found: account } = await findAccount(patient, reader);
  return { patient, isLikely, isReviewed: reviews.length > 0, ...defined({ account }) };
}

function ofTooMany(error: unknown): Candidates<Patient> {
  if (error instanceof Fault && error.kind === 'too-costly') return { found: [], criteria: [] };
  throw error;
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
