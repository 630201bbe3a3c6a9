/** A store of which one type lives elsewhere answers as one store that holds all types. */
import assert from 'node:assert/strict';
import type { Filter, Position, Sort } from '../../src/search/query.js';
import { openMemory } from '../../src/store/memory/open.js';
import type { Put, Store } from '../../src/store/port.js';
import { byType } from '../../src/store/views/by-type.js';
import { DEADLINE, fixedClock, NOW, putOf } from '../fixtures/storage-samples.js';

const P = 'portal';
const OWN = 'AuditEvent';

const puts: Put[] = [
  ...['a', 'b', 'c', 'd'].map((id, at) =>
    putOf(P, `Patient/${id}`, { main: NOW + at * 3, at: NOW + at, postings: [`Patient|name|=${id}`] }),
  ),
  ...[0, 1, 2, 3, 4, 5].map(at =>
    putOf(P, `${OWN}/e${at}`, {
      main: NOW + at * 2,
      at: NOW + at,
      postings: [`${OWN}|patient|Patient/${'abc'[at % 3]}`, `${OWN}|action|=${'RC'[at % 2]}`],
    }),
  ),
  ...[0, 1].map(at =>
    putOf(P, `Task/t${at}`, { main: NOW + 5, postings: [`Task|focus|${OWN}/e${at}`, 'Task|for|Patient/a'] }),
  ),
];

const whole = openMemory(fixedClock).store;
let rest: Store;
let view: Store;

const posting = (key: string): Filter => ({ kind: 'posting', key });
const hasEvent = (where: Filter): Filter => ({
  kind: 'referred',
  type: OWN,
  key: `${OWN}|patient|`,
  own: 'Patient',
  where,
});
const ofPatient = (where: Filter): Filter => ({ kind: 'refers', key: `${OWN}|patient|`, type: 'Patient', where });
const focus = (where: Filter): Filter => ({ kind: 'refers', key: 'Task|focus|', type: OWN, where });
const all: Filter = { kind: 'all' };

const FILTERS: Record<string, readonly Filter[]> = {
  Patient: [
    all,
    hasEvent(posting(`${OWN}|action|=R`)),
    { kind: 'not', of: hasEvent(posting(`${OWN}|action|=C`)) },
    { kind: 'and', of: [hasEvent(all), posting('Patient|name|=b')] },
    { kind: 'or', of: [hasEvent({ kind: 'id', ids: ['e1'] }), posting('Patient|name|=d')] },
    hasEvent(ofPatient(posting('Patient|name|=a'))),
    hasEvent({ kind: 'none' }),
    { kind: 'referred', type: 'Task', key: 'Task|for|', own: 'Patient', where: focus(posting(`${OWN}|action|=C`)) },
  ],
  [OWN]: [
    all,
    posting(`${OWN}|action|=C`),
    ofPatient(posting('Patient|name|=b')),
    { kind: 'not', of: ofPatient(posting('Patient|name|=b')) },
    ofPatient(hasEvent({ kind: 'id', ids: ['e2'] })),
    { kind: 'referred', type: 'Task', key: 'Task|focus|', own: OWN, where: posting('Task|for|Patient/a') },
  ],
  Task: [all, focus(posting(`${OWN}|action|=R`)), focus(ofPatient(posting('Patient|name|=b')))],
};

const SORTS: readonly (readonly Sort[])[] = [
  [],
  [{ by: 'main', descending: false }],
  [{ by: 'id', descending: true }],
  [
    { by: 'posting', key: `${OWN}|action|=`, descending: false },
    { by: 'updated', descending: true },
  ],
];

async function pages(
  store: Store,
  of: { type: string; where: Filter }[],
  sort: readonly Sort[],
  limit: number,
  most = 1000,
) {
  const rows: string[] = [];
  for (let after: Position | undefined; ;) {
    const search = { partition: P, of, sort, limit, characters: most, deadline: DEADLINE };
    const page = await store.search(after ? { ...search, after } : search);
    rows.push(...page.rows.map(({ key }) => `${key.type}/${key.id}`));
    if (!page.next) return rows;
    assert.ok(page.rows.length > 0, 'a page with a next one is not empty');
    after = page.next;
  }
}

describe('a store by type', () => {
  before(async () => {
    const other = openMemory(fixedClock).store;
    rest = openMemory(fixedClock).store;
    view = byType(rest, {
      partition: P,
      type: OWN,
      store: other,
      index: ({ key }) => puts.find(put => put.key.type === key.type && put.key.id === key.id)!.index,
    });
    await whole.commit({ puts });
    await other.commit({ puts: puts.filter(({ key }) => key.type === OWN) });
    await rest.commit({ puts: puts.filter(({ key }) => key.type !== OWN) });
  });

  for (const [type, filters] of Object.entries(FILTERS))
    it(`[R76] finds and counts ${type} as one store does`, async () => {
      for (const where of filters) {
        const of = [{ type, where }];
        for (const sort of SORTS)
          for (const most of [1, 200, 1000])
            assert.deepEqual(await pages(view, of, sort, 2, most), await pages(whole, of, sort, 100), String(most));
        const count = (store: Store, limit: number) => store.count({ partition: P, of, deadline: DEADLINE }, limit);
        assert.equal(await count(view, Infinity), await count(whole, Infinity));
        assert.equal(await count(view, 1), await count(whole, 1));
      }
    });

  it('pages through all types, each resource once, in the order of the search', async () => {
    const of = ['Patient', OWN, 'Task'].map(type => ({ type, where: all }));
    for (const sort of SORTS) {
      const everything = await pages(whole, of, sort, 100);
      for (const [limit, most] of [[1], [2], [3], [5], [100], [100, 1], [5, 100], [100, 200]] as const) {
        const found = await pages(view, of, sort, limit, most);
        assert.deepEqual(found.toSorted(), everything.toSorted());
        if (sort[0]?.by === 'id') assert.deepEqual(found, everything);
      }
    }
    assert.equal(await view.count({ partition: P, of, deadline: DEADLINE }, Infinity), puts.length);
  });

  it('ends where one of the two stores has nothing', async () => {
    for (const [type, none] of [
      [OWN, 'Patient'],
      ['Patient', OWN],
    ] as const) {
      const of: { type: string; where: Filter }[] = [
        { type, where: all },
        { type: none, where: { kind: 'none' } },
      ];
      for (const limit of [2, 100]) {
        assert.deepEqual(await pages(view, of, [], limit), await pages(whole, of, [], 100), `${type} ${limit}`);
      }
    }
  });

  it('reads in the order asked, and lists each type', async () => {
    const keys = ['Task/t0', `${OWN}/e3`, 'Patient/x', `${OWN}/x`, 'Patient/a'].map(path => putOf(P, path).key);
    const names = (await view.read(keys)).map(version => version?.key.id);
    assert.deepEqual(names, ['t0', 'e3', undefined, undefined, 'a']);
    assert.equal((await view.version(keys[1]!, 1))?.key.id, 'e3');
    assert.equal((await view.scan(P, OWN, 100)).rows.length, 6);
    assert.equal((await view.scan(P, 'Patient', 100)).rows.length, 4);
  });

  it('has no history of its own type', async () => {
    const query = (types: string[]) => ({
      partition: P,
      of: types.map(type => ({ type, where: all })),
      deadline: DEADLINE,
    });
    assert.deepEqual(await view.history({ ...query([OWN]), limit: 10 }), { rows: [] });
    assert.equal(await view.countHistory(query([OWN, 'Task']), 10), 2);
    assert.equal((await view.history({ ...query([OWN, 'Task']), limit: 10 })).rows.length, 2);
  });

  it('judges the criteria of a commit by what it finds', async () => {
    const where = hasEvent(posting(`${OWN}|action|=R`));
    const ids = (await pages(view, [{ type: 'Patient', where }], [], 10)).map(name => name.slice('Patient/'.length));
    const document = { kind: 'x', id: 'x', value: {}, keys: {} };
    const criterion = { partition: P, type: 'Patient', where };
    const commit = (expected: string[]) =>
      view.commit({ criteria: [{ ...criterion, ids: expected }], documents: [{ op: 'put', document }] });
    await commit(ids);
    await assert.rejects(commit([]), { kind: 'conflict' });
  });

  it('leaves other partitions alone', async () => {
    await rest.commit({ puts: [putOf('other', `${OWN}/own`)] });
    const [found] = await view.read([putOf('other', `${OWN}/own`).key]);
    assert.equal(found?.key.id, 'own');
    const search = { partition: 'other', of: [{ type: OWN, where: all }], sort: [], limit: 5, deadline: DEADLINE };
    assert.equal((await view.search(search)).rows.length, 1);
  });
});
