/** What the search suites share: a customer's endpoint on each store, resources put there, searches told by their ids. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import type { Bundle, BundleEntry, OperationOutcome, Parameters } from 'fhir/r4.js';
import type { Resource } from '../../../src/fhir/resource.js';
import type { Storage } from '../../../src/store/port.js';
import { startTestServer, type TestServer } from '../../fixtures/server.js';
import { eachStorage } from '../../fixtures/storages.js';

export interface Answer {
  status: number;
  headers: Headers;
  /** The body, if it is JSON. */
  body: unknown;
}

/** A search's answer, taken apart. Ids are `id` where the match is of the type searched for, else `Type/id`. */
export interface Found {
  bundle: Bundle;
  /** Matches, in the order they came. */
  ids: string[];
  /** `Type/id` of what was included, sorted. */
  included: string[];
  warnings: OperationOutcome['issue'];
  total: number | undefined;
  self: string;
  next: string | undefined;
}

const FORM = 'application/x-www-form-urlencoded';

export class Customer {
  readonly server: TestServer;
  readonly storage: Storage;
  readonly clock: { ahead: number };
  private readonly token: string;

  constructor(server: TestServer, storage: Storage, clock: { ahead: number }) {
    this.server = server;
    this.storage = storage;
    this.clock = clock;
    this.token = server.token('demo-system');
  }

  get base(): string {
    return this.server.customer;
  }

  private url(path: string): string {
    return path.startsWith('http') ? path : `${this.base}${path.startsWith('?') ? '' : '/'}${path}`;
  }

  /** Any request; `path` below the endpoint, or a whole URL. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(this.url(path), {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': typeof body === 'string' ? FORM : 'application/fhir+json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const body_: unknown = text.startsWith('{') ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, body: body_ };
  }

  /** Writes resources with their ids, all at once. */
  async load(...resources: readonly Resource[]): Promise<void> {
    const entry = resources.map(resource => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    }));
    const answer = await this.call('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
  }

  /** A search that must succeed: `Patient?name=x`, or a page link. */
  async search(query: string, headers: Record<string, string> = {}): Promise<Found> {
    const answer = await this.call('GET', query, undefined, headers);
    assert.equal(answer.status, 200, `${query}: ${JSON.stringify(answer.body)}`);
    return found(answer.body as Bundle);
  }

  /** The ids a search finds, sorted: those of its own matches. */
  async ids(query: string): Promise<string[]> {
    return (await this.search(query)).ids.sort();
  }

  /** A search as POST; `form` goes into the body. */
  async post(path: string, form: string): Promise<Found> {
    const answer = await this.call('POST', path, form);
    assert.equal(answer.status, 200, `${path} ${form}: ${JSON.stringify(answer.body)}`);
    return found(answer.body as Bundle);
  }

  /** Every page of a search, by its next links. */
  async pages(query: string, between: (page: number) => Promise<void> = async () => {}): Promise<Found[]> {
    const pages = [await this.search(query)];
    for (let next = pages[0]!.next; next !== undefined; next = pages.at(-1)!.next) {
      await between(pages.length);
      pages.push(await this.search(next));
      assert.ok(pages.length < 200, `${query} has no end`);
    }
    return pages;
  }

  /** Has the endpoint indexed anew by its own search parameters, and waits until that counts; gives the job's status. */
  async reindex(): Promise<Record<string, unknown>> {
    const asked = await this.call('POST', '$reindex');
    assert.equal(asked.status, 202, JSON.stringify(asked.body));
    const status = asked.headers.get('content-location')!;
    assert.equal((await this.call('GET', status)).status, 202);
    await this.settle();
    const done = await this.call('GET', status);
    assert.equal(done.status, 200, JSON.stringify(done.body));
    const parameters = (done.body as Parameters).parameter ?? [];
    return Object.fromEntries(
      parameters.map(one => [one.name, Object.entries(one).find(([key]) => key.startsWith('value'))?.[1]]),
    );
  }

  /** Lets a re-indexing that was asked for come to its end, and be known everywhere. */
  async settle(): Promise<void> {
    this.clock.ahead += 10_000;
    await this.server.app.reindexer.idle();
    this.clock.ahead += 10_000;
  }

  /** A search that must be refused so. */
  async refused(query: string, status = 400, code?: string, headers: Record<string, string> = {}): Promise<void> {
    const answer = await this.call('GET', query, undefined, headers);
    assert.equal(answer.status, status, `${query}: ${JSON.stringify(answer.body)}`);
    const outcome = answer.body as OperationOutcome;
    assert.equal(outcome.resourceType, 'OperationOutcome');
    if (code !== undefined) assert.equal(outcome.issue[0]?.code, code, query);
  }
}

const nameOf = ({ resource }: BundleEntry): string => `${resource?.resourceType}/${resource?.id}`;

function found(bundle: Bundle): Found {
  const entries = bundle.entry ?? [];
  const of = (mode: string): BundleEntry[] => entries.filter(({ search }) => search?.mode === mode);
  const outcomes = of('outcome').map(({ resource }) => resource as OperationOutcome);
  const link = (relation: string): string | undefined => bundle.link?.find(one => one.relation === relation)?.url;
  return {
    bundle,
    ids: of('match').map(({ resource }) => resource?.id ?? ''),
    included: of('include').map(nameOf).sort(),
    warnings: outcomes.flatMap(({ issue }) => issue),
    total: bundle.total,
    self: link('self') ?? '',
    next: link('next'),
  };
}

export interface CustomerOptions {
  /** Further settings of the server. */
  env?: Record<string, string>;
}

/** Registers the tests once for each store, on an endpoint with these resources. */
export function eachCustomer(
  resources: readonly Resource[],
  register: (customer: () => Customer, store: string) => void,
  { env = {} }: CustomerOptions = {},
): void {
  eachStorage((name, open) => {
    let customer: Customer;
    before(async () => {
      const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
      const world = { clock, ids: { next: randomUUID }, random: { bytes: (count: number) => randomBytes(count) } };
      const storage = await open(clock);
      customer = new Customer(await startTestServer({ storage, world, env }), storage, clock);
      // Re-indexing goes on when a test says so (settle), not when a slow one has taken long enough.
      await customer.server.app.reindexer.stop();
      if (resources.length > 0) await customer.load(...resources);
    });
    after(async () => {
      await customer.server.close();
      await customer.storage.store.close();
    });
    register(() => customer, name);
  });
}

/** One line for each search: what it is about, the query, and the ids it finds, in any order. */
export type Line = readonly [title: string, query: string, ...ids: string[]];

/** One test for each line. */
export function finds(customer: () => Customer, id: string, lines: readonly Line[]): void {
  for (const [title, query, ...ids] of lines) {
    it(`[${id}] ${title}: ${query}`, async () => assert.deepEqual(await customer().ids(query), ids.sort()));
  }
}

/** One test for each query: refused, with this issue code if it is named. */
export function refuses(
  customer: () => Customer,
  id: string,
  lines: readonly (readonly [string, string, string?])[],
): void {
  for (const [title, query, code] of lines) {
    it(`[${id}] refuses ${title}: ${query}`, () => customer().refused(query, 400, code));
  }
}

/** What every resource here has, and its own. */
export const resource = (resourceType: string, id: string, content: object = {}): Resource => ({
  resourceType,
  id,
  ...content,
});
