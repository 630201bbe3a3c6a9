/**
 * Brings a random past into a store and into the reference. The change sets of a round are committed to the store at
 * once; the reference must know an order in which, one after the other, exactly the same ones are accepted.
 */
import assert from 'node:assert/strict';
import { Fault } from '../../src/fhir/fault.js';
import type { Filter } from '../../src/search/query.js';
import { openMemory } from '../../src/store/memory/open.js';
import type { ChangeSet, Criterion, DocumentChange, Put, Records, Storage, Store } from '../../src/store/port.js';
import { fixedClock, NOW, pathOf, Scene } from '../fixtures/storage-samples.js';
import { orders } from './orders.js';
import type { ChangePlan } from './store-samples.js';

export interface Replayed {
  model: Storage;
  /** The current version of each resource by `Type/id`, as the reference has it. */
  current: ReadonlyMap<string, Put>;
}

/** What all criteria of a run are about. */
const where: Filter = { kind: 'posting', key: 'Patient|k|0' };

async function accepts(store: Store, changes: ChangeSet): Promise<boolean> {
  try {
    await store.commit(changes);
    return true;
  } catch (error) {
    assert.ok(error instanceof Fault && error.kind === 'conflict', String(error));
    return false;
  }
}

/** What is there when a round begins. */
interface Beginning {
  round: number;
  current: Replayed['current'];
  matching: string[];
  records: Records;
}

/** The documents of a partition are of one kind. Its writer tells a document's versions apart. */
async function documentChange(
  kind: string,
  { document }: ChangePlan,
  writer: string,
  records: Records,
): Promise<DocumentChange[]> {
  if (!document) return [];
  const { id, op, wrong } = document;
  const expect = ((await records.get(kind, id, NOW))?.version ?? 0) + (wrong ? 1 : 0);
  if (op === 'delete') return [{ op, kind, id, expect }];
  return [{ op, document: { kind, id, value: { writer }, keys: { writer } }, expect }];
}

/** The change set a plan stands for at the beginning of a round. */
async function changesOf(
  scene: Scene,
  plan: ChangePlan,
  place: number,
  { round, current, matching, records }: Beginning,
): Promise<ChangeSet> {
  const version = (type: string, id: string) => current.get(`${type}/${id}`)?.version ?? 0;
  const puts = plan.puts.map(({ type, id, step, deleted, index }) => {
    const next = Math.max(1, version(type, id) + step);
    const draft = { version: next, at: NOW + round, deleted: deleted && next > 1, ...index };
    return { ...scene.put(`${type}/${id}`, draft), index };
  });
  const reindex = plan.reindex.map(({ type, id, step, index }) => ({
    key: scene.key(`${type}/${id}`),
    version: version(type, id) + step,
    index,
  }));
  const ids = plan.guard === 'right' ? matching : [...matching, 'nobody'];
  const criterion: Criterion = { partition: scene.partition, type: 'Patient', where, ids };
  const documents = await documentChange(scene.partition, plan, `${round}-${place}`, records);
  return { puts, reindex, documents, ...(plan.guard === 'none' ? {} : { criteria: [criterion] }) };
}

/** The reference after these change sets; which of the last ones it accepted. */
async function modelOf(
  accepted: readonly ChangeSet[],
  last: readonly ChangeSet[],
): Promise<{ model: Storage; taken: boolean[] }> {
  const model = openMemory(fixedClock);
  for (const changes of accepted) await model.store.commit(changes);
  const taken: boolean[] = [];
  for (const changes of last) taken.push(await accepts(model.store, changes));
  return { model, taken };
}

/** An order of the round in which the reference accepts what the store accepted. */
async function explain(
  accepted: readonly ChangeSet[],
  round: readonly ChangeSet[],
  outcome: ReadonlyMap<ChangeSet, boolean>,
) {
  for (const order of orders(round)) {
    const { model, taken } = await modelOf(accepted, order);
    if (order.every((changes, i) => taken[i] === outcome.get(changes))) {
      return { model, taken: order.filter(changes => outcome.get(changes)) };
    }
  }
  return assert.fail('no order of the parallel commits explains which of them were accepted');
}

function advance(current: Map<string, Put>, changes: ChangeSet): void {
  for (const put of changes.puts ?? []) current.set(pathOf(put.key), put);
  for (const { key, version, index } of changes.reindex ?? []) {
    const found = current.get(pathOf(key));
    if (found?.version === version) current.set(pathOf(key), { ...found, index });
  }
}

export async function replay(scene: Scene, past: readonly ChangePlan[][]): Promise<Replayed> {
  const accepted: ChangeSet[] = [];
  const current = new Map<string, Put>();
  let { model } = await modelOf([], []);
  for (const [round, plans] of past.entries()) {
    const matching = await new Scene(model.store, scene.partition).found('Patient', where);
    const beginning = { round, current, matching, records: model.records };
    // The order of two re-indexings could not be told from what was accepted.
    const single = plans.map((plan, i) => (i === 0 ? plan : { ...plan, reindex: [] }));
    const sets = await Promise.all(single.map((plan, place) => changesOf(scene, plan, place, beginning)));
    const taken = await Promise.all(sets.map(changes => accepts(scene.store, changes)));
    const explained = await explain(accepted, sets, new Map(sets.map((changes, i) => [changes, taken[i]!])));
    model = explained.model;
    accepted.push(...explained.taken);
    for (const changes of explained.taken) advance(current, changes);
  }
  return { model, current };
}
