/** Of what changed hands, each sees their own time. */
import assert from 'node:assert/strict';
import { guard } from '../../src/access/guarded-store.js';
import { withoutChains } from '../../src/access/narrow.js';
import { createPolicy } from '../../src/access/policy.js';
import type { Actor } from '../../src/access/actor.js';
import { NONE, not } from '../../src/search/filters.js';
import type { Filter, Position } from '../../src/search/query.js';
import type { Store } from '../../src/store/port.js';
import { delegating } from '../../src/store/views/delegating.js';
import {
  actor,
  DEADLINE,
  deletion,
  keyOf,
  message,
  PARTITION,
  patientActor,
  portal,
  put,
  reference,
  type Portal,
  ROLE_SYSTEM,
} from './fixture.js';
import { defined } from '../../src/fhir/defined.js';

const ALL: Filter = { kind: 'all' };
const seenBy = (from: Portal, who: Actor) =>
  guard(
    from.store,
    createPolicy(who, {
      compile: () => ALL,
      holdsAudit: true,
      holdsDrafts: false,
      roleSystem: ROLE_SYSTEM,
      containers: [],
    }),
  );
const first = patientActor('1', 'patient/*.cruds');
const everything = actor('system', 'system/*.cruds');

describe('past versions', () => {
  const owned = (by: string, version: number, id = 'moved') =>
    put({ resourceType: 'Observation', id, subject: reference(`Patient/${by}`) }, version);
  const gone = { resourceType: 'Observation', id: 'moved', subject: reference('Patient/2') };
  const moves = [owned('1', 1), owned('2', 2), deletion(gone, 3), owned('1', 4), owned('1', 5)];
  const query = { partition: PARTITION, of: [{ type: 'Observation', where: ALL }], deadline: DEADLINE };
  let from: Portal;
  beforeEach(async () => {
    from = await portal();
    for (const move of moves) await from.store.commit({ puts: [move] });
  });

  it('[B02] shows of what changed hands only the versions that were the own', async () => {
    const store = seenBy(from, first);
    const { rows, next } = await store.history({ ...query, limit: 10 });
    assert.deepEqual(
      rows.map(({ version }) => version),
      [5, 4, 1],
    );
    assert.equal(next, undefined);
    assert.equal(await store.countHistory(query, Infinity), 3);
    assert.equal(await store.countHistory(query, 2), 2);
    const versions = await Promise.all([1, 2, 3, 4, 5, 6].map(at => store.version(keyOf('Observation/moved'), at)));
    assert.deepEqual(
      versions.map(version => version?.version),
      [1, undefined, undefined, 4, 5, undefined],
    );
  });

  it('[B02] [B15] pages through them, and ends without a link to what is hidden', async () => {
    await from.store.commit({ puts: [owned('2', 1, 'late')] });
    await from.store.commit({ puts: [owned('1', 2, 'late')] });
    const told: string[] = [];
    let after: Position | undefined;
    do {
      const page = await seenBy(from, first).history({ ...query, limit: 1, ...defined({ after }) });
      assert.equal(page.rows.length, 1);
      told.push(...page.rows.map(({ key, version }) => `${key.id}/${version}`));
      after = page.next;
    } while (after);
    assert.deepEqual(told, ['moved/5', 'moved/4', 'late/2', 'moved/1']);
  });

  it('shows systems all of it', async () => {
    const { rows } = await seenBy(from, everything).history({ ...query, limit: 10 });
    assert.equal(rows.length, 5);
  });

  it('[B02] asks the store once for a history of 200 versions, and once for its length', async () => {
    for (let version = 1; version <= 200; version++) {
      await from.store.commit({ puts: [owned(version % 2 === 0 ? '1' : '2', version, 'long')] });
    }
    let calls = 0;
    const counting: Store = {
      ...delegating(from.store),
      history(asked) {
        calls++;
        return from.store.history(asked);
      },
      countHistory(asked, limit) {
        calls++;
        return from.store.countHistory(asked, limit);
      },
    };
    const of = [{ type: 'Observation', where: ALL, id: 'long' }];
    const view = seenBy({ ...from, store: counting }, first);
    assert.equal((await view.history({ ...query, of, limit: 200 })).rows.length, 100);
    assert.equal(await view.countHistory({ ...query, of }, 1000), 100);
    assert.equal(calls, 2);
  });

  it('[B02] a chain lets none of the past through, not even by its contrary', () => {
    const chain: Filter = { kind: 'refers', key: 'Binary|context|', type: 'Communication', where: ALL };
    assert.deepEqual(
      [withoutChains(chain), withoutChains(not(chain)), withoutChains(not(not(chain)))],
      [NONE, NONE, NONE],
    );
  });

  it('[B27] keeps the past of a Binary whose context is the same', async () => {
    const binary = (version: number, context: string) =>
      put({ resourceType: 'Binary', id: 'b', securityContext: reference(context) }, version);
    await from.store.commit({ puts: [put(message('m1', '1')), put(message('m2', '2'))] });
    for (const [at, context] of ['Communication/m2', 'Communication/m1', 'Communication/m1'].entries()) {
      await from.store.commit({ puts: [binary(at + 1, context)] });
    }
    const versions = await Promise.all([1, 2, 3].map(at => seenBy(from, first).version(keyOf('Binary/b'), at)));
    assert.deepEqual(
      versions.map(version => version?.version),
      [undefined, 2, 3],
    );
  });
});
