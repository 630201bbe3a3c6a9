/** What the journeys share: a server on each store, calls as a named client, e-mails as they arrived, a clock to move. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'fhir-kit-client';
import PostalMime, { type Email } from 'postal-mime';
import type { Communication, OperationOutcome, Parameters, Person, Task } from 'fhir/r4.js';
import { exchangeOf } from '../../src/commands/demo/exchange.js';
import { systemClock } from '../../src/fhir/clock.js';
import type { Resource } from '../../src/fhir/resource.js';
import { openMemory } from '../../src/store/memory/open.js';
import type { Storage } from '../../src/store/port.js';
import { interleaved } from '../fixtures/interleaved.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { eachStorage, type OpenStorage } from '../fixtures/storages.js';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body, if it is JSON. */
  body: Resource;
}

type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A client of the demo, `demo-patient as Person/1`, or '' for nobody. */
export type Caller = string;

export class Journey {
  readonly server: TestServer;
  readonly storage: Storage;
  private readonly clock: { ahead: number };

  constructor(server: TestServer, storage: Storage, clock: { ahead: number }) {
    this.server = server;
    this.storage = storage;
    this.clock = clock;
  }

  async call(caller: Caller, method: string, path: string, body?: unknown, headers: object = {}): Promise<Answer> {
    if (caller === 'demo-ehr') return this.callAsEhr(method as HttpMethod, path, body, headers);
    const [client = '', person] = caller.split(' as ');
    const response = await fetch(`${this.server.portal}/${path}`, {
      method,
      headers: {
        ...(client === '' ? {} : { authorization: `Bearer ${this.server.token(client, person)}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: text.startsWith('{') ? (JSON.parse(text) as Resource) : { resourceType: '' },
    };
  }

  /** The EHR calls by a FHIR client as EHRs use them. */
  private async callAsEhr(method: HttpMethod, path: string, body: unknown, headers: object): Promise<Answer> {
    const client = new Client({ baseUrl: this.server.portal, bearerToken: this.server.token('demo-ehr') });
    const type = body === undefined ? {} : { 'content-type': 'application/fhir+json' };
    const { status, answer, ...head } = await exchangeOf(
      client.request(path, { method, body, options: { headers: { ...type, ...headers } } }),
    );
    return { status, headers: head.headers, text: JSON.stringify(answer), body: answer };
  }

  /** The same, where the answer must have this status. */
  async expect(status: number, ...call: Call): Promise<Answer> {
    const answer = await this.call(...call);
    assert.equal(answer.status, status, answer.text);
    return answer;
  }

  /** E-mails to this address, oldest first, once the outbox is empty. */
  async mails(to: string): Promise<Email[]> {
    await this.server.app.dispatcher.idle();
    const folder = join(this.server.folder, 'mail');
    const files = (await readdir(folder).catch(() => [])).filter(file => file.endsWith('.eml'));
    const all = await Promise.all(files.map(async file => PostalMime.parse(await readFile(join(folder, file)))));
    const mine = all.filter(mail => mail.to?.[0]?.address === to);
    return mine.sort((a, b) => Date.parse(a.date ?? '') - Date.parse(b.date ?? ''));
  }

  /** The codes of the invitations sent to this address. */
  async codes(to: string): Promise<string[]> {
    const mails = await this.mails(to);
    return mails.map(({ text = '' }) => /invitation#([0-9A-Z-]+)/.exec(text)?.[1] ?? '').filter(code => code !== '');
  }

  /** Lets time pass, in milliseconds. */
  pass(ms: number): void {
    this.clock.ahead += ms;
  }
}

type Call = [caller: Caller, method: string, path: string, body?: unknown, headers?: object];

export const DAY = 24 * 3600 * 1000;

/** The text of a mail without the addresses in it, whose random parts may hold any short word. */
export const withoutLinks = (text: string): string => text.replace(/https?:\/\/[^\s"<]+/g, '');

/** Registers the tests once for each store, on a server with the demo data. @param env further settings, asked for when it starts */
export function eachPortal(
  register: (journey: () => Journey, store: string) => void,
  env: () => Record<string, string> = () => ({}),
): void {
  eachStorage((name, open) => portalOn(open, journey => register(journey, name), env));
}

/** The same on one store, for what is about HTTP alone. */
export function onePortal(register: (journey: () => Journey) => void): void {
  portalOn((clock = systemClock) => Promise.resolve(openMemory(clock)), register);
}

function portalOn(
  open: OpenStorage,
  register: (journey: () => Journey) => void,
  env: () => Record<string, string> = () => ({}),
): void {
  let journey: Journey;
  before(async () => {
    const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
    const world = { clock, ids: { next: randomUUID }, random: { bytes: (count: number) => randomBytes(count) } };
    const storage = await open(clock);
    journey = new Journey(await startTestServer({ storage: interleaved(storage), world, env: env() }), storage, clock);
  });
  after(async () => {
    await journey.server.close();
    await journey.storage.store.close();
  });
  register(() => journey);
}

/** A Parameters resource of plain values. */
export function parameters(values: Readonly<Record<string, string | number>>): Parameters {
  const typed = (name: string, value: string | number): object => {
    if (typeof value === 'number') return { name, valueInteger: value };
    return name === 'birthDate' ? { name, valueDate: value } : { name, valueString: value };
  };
  return {
    resourceType: 'Parameters',
    parameter: Object.entries(values).map(([name, value]) => typed(name, value)),
  } as Parameters;
}

/** An output parameter's value; of several the list. */
export function output(answer: Answer, name: string): unknown {
  const all = ((answer.body as unknown as Parameters).parameter ?? []).filter(one => one.name === name);
  const values = all.map(one => one.resource ?? Object.entries(one).find(([key]) => key.startsWith('value'))?.[1]);
  return values.length > 1 ? values : values[0];
}

export const issue = (answer: Answer): { code: string | undefined; expression: string | undefined } => {
  const [first] = (answer.body as unknown as OperationOutcome).issue;
  return { code: first?.code, expression: first?.expression?.[0] };
};

export const asPerson = (answer: Answer): Person => answer.body as unknown as Person;
export const asTask = (answer: Answer): Task => answer.body as unknown as Task;
export const asMessage = (answer: Answer): Communication => answer.body as unknown as Communication;

let strangers = 0;

/** Somebody whom nobody knows yet. */
export function stranger(): { family: string; given: string; birthDate: string; email: string } {
  const number = ++strangers;
  const letters = String(number).replace(/\d/g, digit => 'abcdefghij'[Number(digit)] ?? '');
  return {
    family: `Newcomer${letters}`,
    given: 'Alex',
    birthDate: '1980-02-03',
    email: `alex.newcomer${number}@example.org`,
  };
}
