/** What the REST suites share: both endpoints on each store over HTTP, and answers that are looked at whole. */
import assert from 'node:assert/strict';
import { STATUS_CODES } from 'node:http';
import type { Bundle, OperationOutcome } from 'fhir/r4.js';
import type { Json, Resource } from '../../src/fhir/resource.js';
import type { Storage } from '../../src/store/port.js';
import { interleaved } from '../fixtures/interleaved.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { eachStorage, isSlow } from '../fixtures/storages.js';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body, if it is JSON. */
  body: Resource;
}

type Headed = Readonly<Record<string, string>>;

const JSON_TYPE = { 'content-type': 'application/fhir+json' };

/** One endpoint of a running server, called as one client. */
export class Rest {
  readonly server: TestServer;
  readonly base: string;
  readonly client: string;
  /** The store is the stand-in for MongoDB, which takes its time: suites over every type take some of them there. */
  readonly slow: boolean;

  constructor(server: TestServer, base: string, client = 'demo-system', slow = false) {
    this.server = server;
    this.base = base;
    this.client = client;
    this.slow = slow;
  }

  /** The same endpoint for another client of the demo; '' for nobody. */
  as(client: string): Rest {
    return new Rest(this.server, this.base, client, this.slow);
  }

  /** A call; text and bytes are sent as they are, anything else as FHIR JSON. `path` may be a whole URL. */
  async call(method: string, path: string, body?: unknown, headers: Headed = {}): Promise<Answer> {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const url = path.startsWith('http') ? path : path === '' ? this.base : `${this.base}/${path}`;
    const response = await fetch(url, {
      method,
      headers: {
        ...(this.client === '' ? {} : { authorization: `Bearer ${this.server.token(this.client)}` }),
        ...(body === undefined ? {} : JSON_TYPE),
        ...headers,
      },
      ...(body === undefined ? {} : { body: (raw ? body : JSON.stringify(body)) as string }),
    });
    const text = await response.text();
    const parsed = text.startsWith('{') ? (JSON.parse(text) as Resource) : { resourceType: '' };
    return { status: response.status, headers: response.headers, text, body: parsed };
  }

  /** The same, where the answer must have this status; a refusal must be a valid OperationOutcome. */
  async expect(status: number, method: string, path: string, body?: unknown, headers?: Headed): Promise<Answer> {
    const answer = await this.call(method, path, body, headers);
    assert.equal(answer.status, status, `${method} ${path}: ${answer.status} ${answer.text.slice(0, 600)}`);
    if (status >= 400 && method !== 'HEAD') this.assertOutcome(answer);
    return answer;
  }

  /** An error in the answer: severity, code, and nothing that our own validator would refuse. */
  assertOutcome({ body, text }: Pick<Answer, 'body' | 'text'>): void {
    assert.equal(body.resourceType, 'OperationOutcome', text.slice(0, 300));
    assert.deepEqual(errors(this.server.app.parts.validator.validate(body)), []);
    assert.match(outcome(body).issue[0]?.severity ?? '', /^(error|fatal)$/);
  }

  /** Posts the resource; gives what came back, with its id. */
  async create<T extends Resource>(resource: T): Promise<T & { id: string; meta: { versionId: string } }> {
    const { body } = await this.expect(201, 'POST', resource.resourceType, resource);
    return body as T & { id: string; meta: { versionId: string } };
  }

  /** Posts these entries as a Bundle of this type. */
  bundle(type: string, entry: readonly unknown[], status = 200, headers?: Headed): Promise<Answer> {
    return this.expect(status, 'POST', '', { resourceType: 'Bundle', type, entry }, headers);
  }

  /** The number of resources that match. */
  async count(type: string, query: string): Promise<number> {
    const { body } = await this.expect(200, 'GET', `${type}?${query}&_summary=count`);
    return body['total'] as number;
  }
}

export const errors = (issues: readonly { severity: string }[]): unknown[] =>
  issues.filter(({ severity }) => severity === 'error' || severity === 'fatal');

export const outcome = (body: Resource): OperationOutcome => body as unknown as OperationOutcome;
export const asBundle = (body: Resource): Bundle => body as unknown as Bundle;

/** Status codes of a response Bundle's entries; each is followed by its words. */
export const statuses = ({ body }: Answer): string[] =>
  (asBundle(body).entry ?? []).map(({ response }) => {
    const [, code = '', words] = /^(\d{3}) (.*)$/.exec(response?.status ?? '') ?? [];
    assert.equal(words, STATUS_CODES[code], response?.status);
    return code;
  });

let count = 0;

/** A word nobody has used, to find what a test made. */
export const unique = (): string => `u${process.pid}x${++count}`;

export const patient = (family: string, more: Readonly<Record<string, Json>> = {}): Resource => ({
  resourceType: 'Patient',
  identifier: [{ system: 'urn:example', value: family }],
  name: [{ family }],
  ...more,
});

export const observation = (more: Readonly<Record<string, Json>> = {}): Resource => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'Weight' },
  ...more,
});

type Place = 'portal' | 'customer' | 'facade';

export interface Surroundings {
  env?: Record<string, string>;
  /** Which endpoints the tests are for; those that are written to if left out. */
  only?: Place | readonly Place[];
  /** Turns of the event loop that each read of the store lets pass; one by default. */
  turns?: () => number;
}

/** Registers the tests on every store, for these endpoints: a server and an empty storage for each store. */
export function eachRest(register: (rest: () => Rest) => void, options: Surroundings = {}): void {
  const { env = {}, only = ['portal', 'customer'], turns } = options;
  eachStorage((_name, open) => {
    let server: TestServer;
    let storage: Storage;
    before(async () => {
      storage = await open();
      server = await startTestServer({ storage: interleaved(storage, turns), env });
    });
    after(async () => {
      await server.close();
      await storage.store.close();
    });
    for (const endpoint of [only].flat()) {
      describe(endpoint, () => register(() => new Rest(server, server[endpoint], undefined, isSlow(storage))));
    }
  });
}
