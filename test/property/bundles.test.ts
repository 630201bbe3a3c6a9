/** Random transactions, some at once, and batches come to what a model of them says, on every store. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asBundle, eachRest, observation, statuses, type Answer, type Rest } from '../conformance/rest.js';
import { apply, KEYS, rounds, shown, type BundlePlan, type Sent, type World } from './bundle-model.js';
import { orders } from './orders.js';
import { samples } from '../fixtures/samples.js';

const RUNS = { quick: samples(40, 1000), slow: samples(5, 50) };

/** One past on a server: keys of its own, and words that nothing else says. */
class Past {
  private readonly rest: Rest;
  private readonly name: string;
  private words = 0;

  constructor(rest: Rest, name: string) {
    this.rest = rest;
    this.name = name;
  }

  id = (key: number): string => `${this.name}-${key}`;

  sent(world: World, { entries }: BundlePlan): Sent[] {
    return entries.map(entry => {
      const id = this.id(entry.key);
      const version = world[entry.key]![id]?.version ?? 0;
      return {
        ...entry,
        id,
        family: `${this.name}w${++this.words}`,
        match: entry.right ? version : version + 1,
      };
    });
  }

  post(type: BundlePlan['type'], entries: readonly Sent[]): Promise<Answer> {
    const entry = entries.map(one => this.entry(one));
    // In a batch the order sent counts, in a transaction that of the methods.
    const deletions = entries.filter(({ kind }) => kind === 'replace').map(({ id }) => deletionOf(id));
    if (type === 'batch') entry.unshift(...deletions);
    else entry.push(...deletions);
    return this.rest.call('POST', '', { resourceType: 'Bundle', type, entry });
  }

  private entry({ key, kind, id, family, match }: Sent): object {
    const identifier = [{ system: `urn:${this.name}`, value: String(key) }];
    const resource = { resourceType: 'Patient', identifier, name: [{ family }] };
    const named = { ...resource, id };
    const where = `identifier=urn:${this.name}|${key}`;
    switch (kind) {
      case 'put':
        return { resource: named, request: { method: 'PUT', url: `Patient/${id}` } };
      case 'put-if-match':
        return { resource: named, request: { method: 'PUT', url: `Patient/${id}`, ifMatch: `W/"${match}"` } };
      case 'post':
        return { resource, request: { method: 'POST', url: 'Patient' } };
      case 'post-if-none':
        return { resource, request: { method: 'POST', url: 'Patient', ifNoneExist: where } };
      case 'put-where':
        return { resource, request: { method: 'PUT', url: `Patient?${where}` } };
      case 'replace':
        return { resource, request: { method: 'POST', url: 'Patient', ifNoneExist: where } };
      case 'patch-where':
        return patchOf(where, { op: 'replace', path: '/name/0/family', value: family });
      case 'touch-where':
        return patchOf(where, { op: 'test', path: '/resourceType', value: 'Patient' });
      case 'refer':
        return { resource: observation({ subject: { reference: `Patient?${where}` } }), request: POST_OBSERVATION };
      case 'delete':
        return deletionOf(id);
      case 'delete-where':
        return { request: { method: 'DELETE', url: `Patient?${where}` } };
      case 'get':
        return { request: { method: 'GET', url: `Patient/${id}` } };
      case 'invalid':
        return { resource: { ...resource, gender: 'unsaid' }, request: { method: 'POST', url: 'Patient' } };
    }
  }

  /** What the server shows now, in the words of `shown`. */
  async seen(): Promise<string[][]> {
    const all: string[][] = [];
    for (let key = 0; key < KEYS; key++) {
      const { body } = await this.rest.expect(200, 'GET', `Patient?identifier=urn:${this.name}|${key}&_count=100`);
      const found = (asBundle(body).entry ?? []).map(({ resource }) => {
        const { id, meta, name } = resource as unknown as {
          id: string;
          meta: { versionId: string };
          name: { family: string }[];
        };
        return `${id === this.id(key) ? id : '?'}/${meta.versionId} ${name[0]?.family}`;
      });
      all.push(found.toSorted());
    }
    return all;
  }

  /** Every version of what has a name of ours is told, newest first, without a gap, as one of the worlds has it. */
  async histories(worlds: readonly World[]): Promise<void> {
    const told: string[][] = [];
    for (let key = 0; key < KEYS; key++) {
      const { body } = await this.rest.call('GET', `Patient/${this.id(key)}/_history?_count=100`);
      told.push((asBundle(body).entry ?? []).map(({ response }) => response?.etag ?? ''));
    }
    const expected = worlds.map(world =>
      world.map((shelf, key) => {
        const { version = 0 } = shelf[this.id(key)] ?? {};
        return Array.from({ length: version }, (_, i) => `W/"${version - i}"`);
      }),
    );
    const inWords = (etags: readonly string[][]) => JSON.stringify(etags);
    assert.ok(expected.map(inWords).includes(inWords(told)), `${inWords(told)} is none of ${JSON.stringify(expected)}`);
  }
}

const POST_OBSERVATION = { method: 'POST', url: 'Observation' };

const deletionOf = (id: string): object => ({ request: { method: 'DELETE', url: `Patient/${id}` } });

const patchOf = (where: string, change: object): object => ({
  resource: {
    resourceType: 'Binary',
    contentType: 'application/json-patch+json',
    data: Buffer.from(JSON.stringify([change])).toString('base64'),
  },
  request: { method: 'PATCH', url: `Patient?${where}` },
});

/** The statuses of the entries planned, without those of the deletions that go with them. */
function told(answer: Answer, type: BundlePlan['type'], entries: readonly Sent[]): number[] {
  const all = statuses(answer).map(status => Number(status.slice(0, 3)));
  return type === 'batch' ? all.slice(-entries.length) : all.slice(0, entries.length);
}

/** Whether this answer is what the model says of these entries. */
function agrees(
  answer: Answer,
  { type, entries }: { type: BundlePlan['type']; entries: readonly Sent[] },
  expected: readonly number[],
): boolean {
  const failures = expected.filter(status => status >= 400);
  if (type === 'transaction' && failures.length > 0) return failures.includes(answer.status);
  return answer.status === 200 && told(answer, type, entries).every((status, i) => status === expected[i]);
}

/** The worlds in which Bundles that were sent at once may have ended, by the orders that explain their answers. */
function explained(
  world: World,
  round: readonly { type: BundlePlan['type']; sent: Sent[]; answer: Answer }[],
): World[] {
  return orders(round).flatMap(order => {
    let after = world;
    for (const { type, sent, answer } of order) {
      const [expected, then] = apply(after, type, sent);
      if (!agrees(answer, { type, entries: sent }, expected)) return [];
      after = then;
    }
    return [after];
  });
}

describe('[R50] [R51] bundles: like the model', () => {
  let pasts = 0;

  async function replay(rest: Rest, plans: readonly BundlePlan[][]): Promise<void> {
    const past = new Past(rest, `r${++pasts}`);
    // Several orders may explain what is told: they differ in the versions of what is deleted by now.
    let worlds: World[] = [Array.from({ length: KEYS }, () => ({}))];
    for (const plan of plans) {
      const [before] = worlds as [World];
      const round = await Promise.all(
        plan.map(async bundle => {
          const sent = past.sent(before, bundle);
          return { type: bundle.type, sent, answer: await past.post(bundle.type, sent) };
        }),
      );
      const after = worlds.flatMap(world => explained(world, round));
      const story = () => JSON.stringify(round.map(({ sent, answer }) => ({ sent, text: answer.text })));
      assert.ok(after.length > 0, `no order explains the answers: ${story()}`);
      const seen = await past.seen();
      const found = after.filter(one => JSON.stringify(shown(one)) === JSON.stringify(seen));
      assert.ok(found.length > 0, `${JSON.stringify(seen)} is not what was answered: ${story()}`);
      worlds = [...new Map(found.map(one => [JSON.stringify(one), one])).values()];
    }
    await past.histories(worlds);
  }

  eachRest(
    rest => {
      it('on random Bundles', () =>
        fc.assert(
          fc.asyncProperty(rounds, plans => replay(rest(), plans)),
          rest().slow ? { numRuns: RUNS.slow, endOnFailure: true } : { numRuns: RUNS.quick },
        ));
    },
    // Reads take differently long, as on a busy machine.
    { only: 'customer', turns: () => Math.ceil(Math.random() * 6) },
  );
});
