/** The searches of the main job run on the index they are compiled for. */
import assert from 'node:assert/strict';
import { MongoClient, type Collection, type Document } from 'mongodb';
import type { Filter, Search } from '../../../src/search/query.js';
import { resolveChains } from '../../../src/store/mongo/chains.js';
import { compileSearch } from '../../../src/store/mongo/compile.js';
import { pagePipeline, planSort } from '../../../src/store/mongo/keyset.js';
import { collectionsOf, prepare, type VersionRow } from '../../../src/store/mongo/collections.js';
import { findRows } from '../../../src/store/mongo/reader.js';
import { describeMongo, freshMongoUri } from '../../fixtures/mongo-server.js';

const posting = (key: string): Filter => ({ kind: 'posting', key });
const text = (key: string): Filter => ({ kind: 'text', key, match: 'prefix', value: 'smi' });
const and = (...of: Filter[]): Filter => ({ kind: 'and', of });

/** The main job, as the parser compiles it: type, condition, index. */
const searches: [name: string, type: string, where: Filter, index: string][] = [
  ['inbox by recipient', 'Communication', posting('Communication|recipient|Patient/p'), 'postings'],
  ['identifier', 'Patient', posting('Patient|identifier|urn:mrn|1'), 'postings'],
  ['thread', 'Communication', posting('Communication|part-of|Communication/t'), 'postings'],
  [
    'task by owner and status',
    'Task',
    and(posting('Task|owner|Practitioner/d'), posting('Task|status|requested')),
    'postings',
  ],
  ['name', 'Patient', text('Patient|family'), 'strings'],
  ['words of a name', 'Patient', { kind: 'or', of: [text('Patient|family'), text('Patient|family:word')] }, 'strings'],
  [
    'chain into what is contained, or not',
    'Communication',
    {
      kind: 'or',
      of: [
        posting('Communication|subject|Patient/1'),
        and(posting('Communication|subject>Patient'), text('Communication|subject>Patient|name')),
      ],
    },
    'postings',
  ],
  [
    'chain',
    'Communication',
    { kind: 'refers', key: 'Communication|subject|', type: 'Patient', where: posting('Patient|identifier|urn:mrn|1') },
    'postings',
  ],
];

/** Every index name in a plan, and whether it walks a whole collection. */
function plan(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { stage, indexName } = node as Document;
  const own = stage === 'IXSCAN' ? [String(indexName)] : stage === 'COLLSCAN' ? ['COLLSCAN'] : [];
  return [...own, ...Object.values(node).flatMap(plan)];
}

describeMongo('mongo explain', () => {
  let client: MongoClient;
  let versions: Collection<VersionRow>;
  before(async () => {
    client = await new MongoClient(await freshMongoUri()).connect();
    const collections = collectionsOf(client.db());
    versions = collections.versions;
    await prepare(collections);
    await versions.insertMany(
      Array.from({ length: 30 }, (_, i) => ({
        ...{ _id: `p/Patient/x${i}/1`, partition: 'p', type: 'Patient', id: `x${i}`, version: 1, at: i, until: 9e15 },
        ...{ current: true, deleted: false, method: 'POST' as const, json: '{}', main: i },
        ...{ postings: ['Patient', `Patient|identifier|urn:mrn|${i}`], ranges: [], strings: [] },
      })),
    );
  });
  after(() => client.close());

  for (const [name, type, where, index] of searches) {
    it(`${name} runs on "${index}"`, async () => {
      const limits = { chain: 10, few: 10, batch: 10, criteria: 60_000 };
      const chains = { find: findRows({ versions, limits, options: () => ({}) }), partition: 'p', limit: limits.chain };
      const of: Search['of'] = [{ type, where: await resolveChains(chains, where) }];
      const { filter, drivers } = compileSearch({ partition: 'p', of });
      assert.equal(drivers[0]?.index, index);
      const pipeline = pagePipeline(filter, planSort([]), 20);
      const explained = await versions.aggregate(pipeline, { hint: index }).explain('queryPlanner');
      assert.deepEqual([...new Set(plan(explained))], [index]);
    });
  }
});
