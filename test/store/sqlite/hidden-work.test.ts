/**
 * Chains and `_has` of a patient who has 600 messages: what is hidden takes as many steps as what is not there, on each way in which
 * SQLite walks. Steps are the rows that a statement may look at before it is ended.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guard } from '../../../src/access/guarded-store.js';
import { createPolicy } from '../../../src/access/policy.js';
import { ALL } from '../../../src/search/filters.js';
import type { Filter, Search } from '../../../src/search/query.js';
import { delegating } from '../../../src/store/views/delegating.js';
import type { Put, Storage } from '../../../src/store/port.js';
import { Connection } from '../../../src/store/sqlite/connection.js';
import { openSqlite } from '../../../src/store/sqlite/open.js';
import type { Effort } from '../../../src/store/sqlite/plan.js';
import { answer } from '../../../src/store/sqlite/queries.js';
import { patientActor, ROLE_SYSTEM } from '../../access/fixture.js';
import { fixedClock, Scene } from '../../fixtures/storage-samples.js';

const OWN = 600;
const HIDDEN = 400;
const MOST_STEPS = 2 ** 20;

const text = (key: string, value: string, match: 'prefix' | 'contains' = 'prefix'): Filter => ({
  ...{ kind: 'text', key, match, value },
});
const posting = (key: string): Filter => ({ kind: 'posting', key });
const refers = (key: string, type: string, where: Filter): Filter => ({ kind: 'refers', key, type, where });
const referred = (type: string, key: string, own: string, where: Filter): Filter => ({
  ...{ kind: 'referred', type, key, own, where },
});

/** Searches with a word that hidden resources have, or nothing has. */
const questions: Readonly<Record<string, (word: string) => Search['of'][number]>> = {
  'a chain': word => ({
    type: 'Communication',
    where: refers('Communication|subject|', 'Patient', text('Patient|name', word)),
  }),
  'a chain to the middle of a name': word => ({
    type: 'Communication',
    where: refers('Communication|subject|', 'Patient', text('Patient|name', word, 'contains')),
  }),
  'a chain that is denied': word => ({
    type: 'Communication',
    where: { kind: 'not', of: refers('Communication|subject|', 'Patient', text('Patient|name', word)) },
  }),
  'a chain beside an id': word => ({
    type: 'Communication',
    where: {
      kind: 'and',
      of: [{ kind: 'id', ids: ['own1'] }, refers('Communication|subject|', 'Patient', text('Patient|name', word))],
    },
  }),
  _has: word => ({
    type: 'Patient',
    where: referred('Communication', 'Communication|subject|', 'Patient', posting(`Communication|topic|=${word}`)),
  }),
  '_has of the directory': word => ({
    type: 'Practitioner',
    where: referred('Communication', 'Communication|sender|', 'Practitioner', posting(`Communication|topic|=${word}`)),
  }),
  '_has of one of the directory': word => ({
    type: 'Practitioner',
    where: {
      kind: 'and',
      of: [
        { kind: 'id', ids: ['doctor'] },
        referred('Communication', 'Communication|sender|', 'Practitioner', posting(`Communication|topic|=${word}`)),
      ],
    },
  }),
  '_has, then a chain': word => ({
    type: 'Practitioner',
    where: referred(
      ...(['Communication', 'Communication|sender|', 'Practitioner'] as const),
      refers('Communication|subject|', 'Patient', text('Patient|name', word)),
    ),
  }),
};

describe('sqlite: the work behind hidden resources', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-sqlite-hidden-'));
  const path = join(folder, 'store.db');
  let storage: Storage;
  let connection: Connection;
  let scene: Scene;

  before(async () => {
    storage = await openSqlite(path, fixedClock);
    scene = new Scene(storage.store, 'p');
    const patient = (id: string, name: string) =>
      scene.put(`Patient/${id}`, {
        postings: [`Patient|~own|Patient/${id}`],
        strings: [{ key: 'Patient|name', value: name }],
      });
    const message = (id: string, of: string, topic: string): Put =>
      scene.put(`Communication/${id}`, {
        postings: [
          ...[`Communication|~own|Patient/${of}`, `Communication|subject|Patient/${of}`],
          ...['Communication|sender|Practitioner/doctor', `Communication|topic|=${topic}`],
        ],
      });
    await scene.save(scene.put('Practitioner/doctor'), patient('me', 'amber'));
    await scene.save(...Array.from({ length: OWN }, (_, i) => message(`own${i}`, 'me', 'mine')));
    await scene.save(...Array.from({ length: HIDDEN }, (_, i) => patient(`other${i}`, 'hidden')));
    await scene.save(...Array.from({ length: HIDDEN }, (_, i) => message(`other${i}`, `other${i}`, 'hidden')));
    connection = new Connection(path, { readOnly: true, cache: 1000 });
  });
  after(async () => {
    connection.close();
    await storage.store.close();
    rmSync(folder, { recursive: true });
  });

  /** The search as the patient's store passes it on. */
  async function narrowed(part: Search['of'][number]): Promise<Search> {
    const asked: Search[] = [];
    const rules = { compile: () => ALL, holdsAudit: true, holdsDrafts: true, roleSystem: ROLE_SYSTEM };
    const policy = createPolicy(patientActor('me', 'patient/*.rs'), {
      ...rules,
      containers: ['Patient', 'Communication', 'Practitioner'],
    });
    const store = guard(
      {
        ...delegating(storage.store),
        search(search) {
          asked.push(search);
          return Promise.resolve({ rows: [] });
        },
      },
      policy,
    );
    await store.search(scene.query(part.type, part.where, { limit: 20 }));
    return asked[0]!;
  }

  const suffices = (search: Search, effort: Effort, rows: number): boolean => {
    try {
      connection.within({ rows, until: Infinity }, () => answer(connection, { op: 'search', search }, effort));
      return true;
    } catch {
      return false;
    }
  };

  /** The least number of steps that suffices. */
  function stepsOf(search: Search, effort: Effort): number {
    let [low, high] = [0, MOST_STEPS];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (suffices(search, effort, middle)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  for (const [name, question] of Object.entries(questions)) {
    it(`[B45] ${name}: as many steps as for what is not there`, async () => {
      const [hidden, absent] = [await narrowed(question('hidden')), await narrowed(question('absent'))];
      for (const effort of ['guess', 'ordered', 'count'] as const) {
        const steps = stepsOf(hidden, effort);
        assert.equal(steps, stepsOf(absent, effort), effort);
        assert.ok(steps < MOST_STEPS);
      }
    });
  }

  it('finds by the same ways what is there', async () => {
    const found = async (name: string, word: string) =>
      (await storage.store.search({ ...(await narrowed(questions[name]!(word))), limit: 1000 })).rows.length;
    for (const [name, word, count] of [
      ['a chain', 'amber', OWN],
      ['a chain to the middle of a name', 'mbe', OWN],
      ['a chain that is denied', 'amber', 0],
      ['a chain that is denied', 'hidden', OWN],
      ['a chain beside an id', 'amber', 1],
      ['_has', 'mine', 1],
      ['_has of the directory', 'mine', 1],
      ['_has of one of the directory', 'mine', 1],
      ['_has, then a chain', 'amber', 1],
      ['_has, then a chain', 'hidden', 0],
    ] as const)
      assert.equal(await found(name, word), count, `${name} ${word}`);
  });
});
