/**
 * A patient's favourites: a List of those of the directory whom they write to, one a patient. Nobody is put on it to whom no message
 * goes; who no longer takes messages stays until the patient takes them off.
 */
import type { List, ListEntry } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import { KINDS } from '../fhir/message-count.js';
import type { Query } from '../fhir/request.js';
import { bare } from './bare.js';
import { flowTo, isHandled } from './flow.js';
import { step, type Step, type WorkflowReader } from './step.js';

/** Lists of one patient that are looked at: one, unless there are some of before. */
const FEW = 10;

export interface FavouritesReaders {
  /** Sees as much as the author. */
  readonly seen: WorkflowReader;
  /** Sees everything: flows, roles. */
  readonly all: WorkflowReader;
}

/**
 * The list in the form to store. Faults: `conflict` where the patient has another one; `unprocessable` for somebody who is on it twice,
 * or is put on it and takes no messages.
 * @param now milliseconds since the epoch
 */
export async function favouritesOf(
  list: List,
  before: List | undefined,
  { seen, all }: FavouritesReaders,
  now: number,
): Promise<{ list: List; step: Step }> {
  const entry = (list.entry ?? []).map(one => entryOf(one));
  await refuseUnreachable(entry, before, all, now);
  const { entry: _sent, ...rest } = list;
  const next: List = { ...rest, date: instant(now), ...defined({ entry: entry.length === 0 ? undefined : entry }) };
  return { list: next, step: await alone(next, seen) };
}

/** The reference alone: readers believe a display that nobody has compared. */
const entryOf = ({ item }: ListEntry): ListEntry => ({ item: bare(item) });

/** One list a patient, however many are made at once. A list that the author does not see is not told of. */
async function alone({ id, subject }: List, reader: WorkflowReader): Promise<Step> {
  if (subject?.reference === undefined) return step({});
  const query: Query = [
    ['subject', subject.reference],
    ['code', `${reader.own.codeSystem('list-type')}|favourites`],
  ];
  const found = await reader.find<List>('List', query, FEW);
  const other = found.find(({ resource }) => resource.id !== id);
  if (!other) return step({ criteria: [reader.still('List', query, found)] });
  throw new Fault('conflict', `There are favourites of this patient already: List/${other.resource.id}.`, {
    expression: 'List.subject',
  });
}

async function refuseUnreachable(
  entry: readonly ListEntry[],
  before: List | undefined,
  reader: WorkflowReader,
  now: number,
): Promise<void> {
  const known = new Set(before?.entry?.map(({ item }) => item.reference));
  const seen = new Set<string>();
  for (const [at, { item }] of entry.entries()) {
    const { reference = '' } = item;
    const expression = `List.entry[${at}].item`;
    if (seen.has(reference)) throw new Fault('unprocessable', 'This entry stands in the list already.', { expression });
    seen.add(reference);
    if (known.has(reference) || (await takesMessages(reference, reader, now))) continue;
    throw new Fault('unprocessable', 'Nobody receives messages that are sent there.', { expression });
  }
}

/** Whether a message of any kind can go there now. */
async function takesMessages(reference: string, reader: WorkflowReader, now: number): Promise<boolean> {
  for (const kind of KINDS) {
    const flow = await flowTo(reference, [reader.own.concept('message-category', kind)], reader, now);
    if (flow && isHandled(flow)) return true;
  }
  return false;
}
