/** What independent suites look at SMART servers with: the program as it is started, and clients of each way to show who they are. */
import assert from 'node:assert/strict';
import { startProgram, type StartedProgram } from '../fixtures/started-program.js';
import { App, type LaunchOptions } from './launch.js';
import { app as appMetadata, assertion, basic, JWT_BEARER, keyPair, register } from './registering.js';

export const ORIGIN = 'https://suite.example.org';
export const REDIRECT = `${ORIGIN}/custom/smart/redirect`;

export type Json = Record<string, unknown>;

export interface Got {
  status: number;
  headers: Headers;
  body: Json;
}

export interface SuiteClient extends Required<Pick<LaunchOptions, 'client'>>, Pick<LaunchOptions, 'authenticate'> {}

/** The ways in which an app shows who it is. */
export const ways = ['public', 'symmetric', 'RS384', 'ES384'] as const;
export type Way = (typeof ways)[number];

export class Suite {
  readonly program: StartedProgram;
  readonly app: App;
  /** `.well-known/smart-configuration` */
  readonly configuration: Json;
  private readonly token: string;

  private constructor(program: StartedProgram, configuration: Json) {
    this.program = program;
    this.configuration = configuration;
    this.app = new App(program);
    this.token = program.token('demo-system');
  }

  static async start(): Promise<Suite> {
    const program = await startProgram();
    return new Suite(program, (await get(`${program.portal}/.well-known/smart-configuration`)).body);
  }

  /** Registers a client with the token of `npm run --silent token -- demo-system`. */
  async registered(metadata: object): Promise<{ id: string; secret: string }> {
    const { status, body } = await register(this.program, metadata, this.token);
    assert.equal(status, 201, JSON.stringify(body));
    return { id: String(body['client_id']), secret: String(body['client_secret']) };
  }

  /** An app of the suite's own address. */
  async registeredApp(way: Way, scope: string): Promise<SuiteClient> {
    const metadata = (method: string, more: object = {}) =>
      appMetadata({ token_endpoint_auth_method: method, redirect_uris: [REDIRECT], scope, ...more });
    if (way === 'public') return { client: (await this.registered(metadata('none'))).id };
    if (way === 'symmetric') {
      const { id, secret } = await this.registered(metadata('client_secret_basic'));
      return { client: id, authenticate: basic(id, secret) };
    }
    const pair = await keyPair(way);
    const { id } = await this.registered(metadata('private_key_jwt', { jwks: { keys: [pair.publicJwk] } }));
    const audience = String(this.configuration['token_endpoint']);
    const next = await Promise.all(Array.from({ length: 8 }, () => assertion(id, audience, pair)));
    const authenticate = () => ({
      fields: { client_id: '', client_assertion_type: JWT_BEARER, client_assertion: next.pop() ?? '' },
    });
    return { client: id, authenticate };
  }

  /** Reads a path of the portal with this access token. */
  read(path: string, bearer: unknown, headers: Record<string, string> = {}): Promise<Got> {
    const authorization = `Bearer ${String(bearer)}`;
    return get(`${this.program.portal}/${path}`, { accept: 'application/fhir+json', authorization, ...headers });
  }

  /** Calls an operation of the portal as the organization's system. */
  async call(path: string, parameter: readonly object[]): Promise<Json> {
    const answer = await fetch(`${this.program.portal}/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify({ resourceType: 'Parameters', parameter }),
    });
    assert.equal(answer.status, 200);
    return (await answer.json()) as Json;
  }

  close(): Promise<void> {
    return this.program.close();
  }
}

/** An answer in JSON; its body is empty where there is none. */
export async function get(url: string, headers: Record<string, string> = {}): Promise<Got> {
  const answer = await fetch(url, { headers: { accept: 'application/json', ...headers } });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: text.startsWith('{') ? (JSON.parse(text) as Json) : {},
  };
}

/** Whether scripts of the suite's origin may read the answer. */
export const isOpenToOrigin = (headers: Headers): boolean =>
  ['*', ORIGIN].includes(headers.get('access-control-allow-origin') ?? '');
