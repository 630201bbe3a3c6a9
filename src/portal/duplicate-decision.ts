/**
 * The decision on a possible duplicate. Where both records are of one person, one of them is kept and the other points to it, as
 * FHIR has it (Patient.link), and the account follows: one human has one account.
 * https://hl7.org/fhir/R4/patient.html#links
 */
import type { Patient, Person, Task } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import { duplicateReviewWorkflow, type DuplicateReviewMove } from './duplicate-review.js';
import { findAccount, inForce, isAccountOf, ownPatient } from './identity.js';
import { patientChanged } from './patient-change.js';
import { changed, combined, step, type Step, type Versioned, type WorkflowReader } from './step.js';
import { move, type Mover } from './workflow.js';

export interface Decision {
  readonly move: DuplicateReviewMove;
  readonly by: Mover;
  /** `Patient/1`; undefined: the record of the account. */
  readonly kept?: string | undefined;
  readonly note?: string | undefined;
}

/** The step of a decision; empty where it was decided so before. Faults: `conflict`, `forbidden`, `unprocessable`. */
export async function decided(
  task: Versioned<Task>,
  decision: Decision,
  reader: WorkflowReader,
  now: number,
): Promise<Step> {
  const { by } = decision;
  const moving = { by, now, all: reader, input: {} };
  const { resource } = await move(duplicateReviewWorkflow(reader.own), decision.move, task.resource, moving);
  if (resource === task.resource) return step({});
  const pair = await pairOf(task.resource, reader);
  await refuseOwn(pair, by, reader);
  const merge = decision.move === 'confirm' ? await mergeOf(pair, decision, reader) : undefined;
  const merging = merge ? await merged(merge, reader, now) : step({});
  const outcome = merge && [{ type: { text: 'record kept' }, valueReference: { reference: nameOf(merge.kept) } }];
  const next = { ...resource, ...noted(resource, decision, now), ...defined({ output: outcome }) };
  return combined(step({ writes: [changed(task, next)] }), merging);
}

/** Who decided, and what they wrote. */
function noted({ note = [] }: Task, { by: { fhirUser }, note: text }: Decision, now: number): Partial<Task> {
  const author = fhirUser === undefined ? undefined : { reference: fhirUser };
  const written = text === undefined ? [] : [{ ...defined({ authorReference: author }), time: instant(now), text }];
  const notes = [...note, ...written];
  return defined({ owner: author, note: notes.length > 0 ? notes : undefined });
}

const nameOf = ({ resource: { id } }: Versioned<Patient>): string => `Patient/${id}`;

/** The records that the review is about, each as the one in force by now. */
async function pairOf({ focus, input = [] }: Task, reader: WorkflowReader): Promise<Versioned<Patient>[]> {
  const record = input.find(({ type }) => type.text === 'possible duplicate')?.valueReference?.reference;
  const other = focus?.reference ?? '';
  const person = other.startsWith('Person/') ? (await reader.get<Person>(other))?.resource : undefined;
  const names = [record, person ? ownPatient(person) : other].flatMap(name => name ?? []);
  const patients = names.filter(name => name.startsWith('Patient/'));
  const found = await Promise.all(patients.map(name => reader.get<Patient>(name)));
  return inForce(
    found.filter(one => one !== undefined),
    reader,
  );
}

/** Nobody decides on their own records. */
async function refuseOwn(pair: readonly Versioned<Patient>[], { identities = [] }: Mover, reader: WorkflowReader) {
  for (const one of pair) {
    const account = (await findAccount(one, reader)).found;
    const isOwn = identities.includes(nameOf(one)) || (account && isAccountOf(account.resource, identities));
    if (isOwn === true) throw new Fault('forbidden', 'Nobody decides on records of their own.');
  }
}

interface Merge {
  readonly kept: Versioned<Patient>;
  readonly other: Versioned<Patient>;
}

/** Undefined where the records are one by now. */
async function mergeOf(
  pair: readonly Versioned<Patient>[],
  { kept }: Decision,
  reader: WorkflowReader,
): Promise<Merge | undefined> {
  const [one, another] = pair;
  if (!one || !another) {
    if (one && (kept === undefined || kept === nameOf(one))) return undefined;
    throw keptFault('The records are not both there any more.');
  }
  const name = kept ?? (await withAccount(pair, reader));
  const chosen = pair.find(record => nameOf(record) === name);
  if (!chosen) throw keptFault('Say which of the two records is kept.');
  return { kept: chosen, other: chosen === one ? another : one };
}

/** The record that alone of the two has an account in use. */
async function withAccount(pair: readonly Versioned<Patient>[], reader: WorkflowReader): Promise<string | undefined> {
  const accounts = await Promise.all(pair.map(async one => (await findAccount(one, reader)).found));
  const members = pair.filter((_, at) => accounts[at] !== undefined && accounts[at].resource.active !== false);
  return members.length === 1 && members[0] ? nameOf(members[0]) : undefined;
}

const keptFault = (message: string): Fault =>
  new Fault('unprocessable', message, {
    code: 'required',
    expression: "Parameters.parameter.where(name='kept')",
  });

/** The other record is out of use and points to the one that is kept; what hung on it follows. */
async function merged({ kept, other }: Merge, reader: WorkflowReader, now: number): Promise<Step> {
  const gone: Patient = {
    ...other.resource,
    active: false,
    link: withLink(other.resource, 'replaced-by', nameOf(kept)),
  };
  const stays: Patient = { ...kept.resource, link: withLink(kept.resource, 'replaces', nameOf(other)) };
  const following = await patientChanged(other.resource, gone, reader, now);
  return combined(step({ writes: [changed(other, gone), changed(kept, stays)] }), following);
}

function withLink({ link = [] }: Patient, type: 'replaced-by' | 'replaces', reference: string): Patient['link'] {
  const others = link.filter(({ other }) => other.reference !== reference);
  return [...others, { other: { reference }, type }];
}
