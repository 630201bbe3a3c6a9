/** An app as its maker writes it: discovers, asks, lets the person choose, exchanges the code. */
import { createHash, randomBytes } from 'node:crypto';
import { CookieJar, type Shown } from '../fixtures/cookie-jar.js';
import type { TestServer } from '../fixtures/server.js';

export interface TokenAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export interface LaunchOptions {
  scope?: string;
  client?: string;
  redirect?: string;
  /** Of the demo. */
  person?: string;
  patient?: string;
  /** Chooses among the scopes of the page, in place of leaving them as they are. */
  choose?: (offered: string[]) => string[];
  /** Further parameters of the authorization request; '' leaves one out. */
  extra?: Record<string, string>;
  jar?: CookieJar;
  /** Fields or header fields of the token request beside those of a public client. */
  authenticate?: (url: string) => { fields?: Record<string, string>; headers?: Record<string, string> };
  method?: 'GET' | 'POST';
}

export interface Asked {
  jar: CookieJar;
  shown: Shown;
  verifier: string;
  redirect: string;
  client: string;
}

export const STATE = 'a state&with=marks';

export class App {
  readonly server: Pick<TestServer, 'url' | 'portal'>;

  constructor(server: Pick<TestServer, 'url' | 'portal'>) {
    this.server = server;
  }

  async configuration(): Promise<Record<string, string>> {
    const answer = await fetch(`${this.server.portal}/.well-known/smart-configuration`);
    return (await answer.json()) as Record<string, string>;
  }

  /** Sends the person to the server; resolves with the page they see, or where they are sent. */
  async ask(options: LaunchOptions = {}): Promise<Asked> {
    const {
      client = 'demo-app',
      redirect = `${this.server.url}/demo-app`,
      jar = new CookieJar(),
      extra = {},
    } = options;
    const { scope = 'openid fhirUser offline_access launch/patient patient/*.rs', method = 'GET' } = options;
    const verifier = randomBytes(32).toString('base64url');
    const params = {
      response_type: 'code',
      client_id: client,
      redirect_uri: redirect,
      scope,
      state: STATE,
      aud: this.server.portal,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...extra,
    };
    const form = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== ''));
    const { authorization_endpoint: endpoint = '' } = await this.configuration();
    const shown =
      method === 'GET'
        ? await jar.open(`${endpoint}?${form.toString()}`, redirect)
        : await jar.open(endpoint, redirect, { method, body: form });
    return { jar, shown, verifier, redirect, client };
  }

  /** Signs in as a person of the demo; resolves with what is shown then. */
  signIn(asked: Asked, person = 'Person/demo-patient'): Promise<Shown> {
    const fields: [string, string][] = [
      ['do', 'demo'],
      ['account', person],
    ];
    return asked.jar.send(asked.shown, fields, asked.redirect);
  }

  /** Allows what the page offers. */
  allow(
    asked: Asked,
    page: Shown,
    { patient, choose = same }: Pick<LaunchOptions, 'patient' | 'choose'>,
  ): Promise<Shown> {
    const first = /name="patient" value="([^"]+)"/.exec(page.text)?.[1];
    const chosen = choose(offeredIn(page));
    const who = patient ?? first;
    const fields: [string, string][] = [
      ['do', 'allow'],
      ...(who === undefined ? [] : ([['patient', who]] as [string, string][])),
      ...chosen.map((scope): [string, string] => ['scope', scope]),
    ];
    return asked.jar.send(page, fields, asked.redirect);
  }

  /** The whole way to the address that the app is called back at. */
  async authorize(options: LaunchOptions = {}): Promise<Asked & { back: URL }> {
    const asked = await this.ask(options);
    const page = asked.shown.text === '' ? asked.shown : await this.signIn(asked, options.person);
    const end = page.text === '' ? page : await this.allow(asked, page, options);
    return { ...asked, shown: end, back: new URL(end.url) };
  }

  async exchange(
    { back, verifier, redirect, client }: Asked & { back: URL },
    change: Record<string, string> = {},
    authenticate?: LaunchOptions['authenticate'],
  ): Promise<TokenAnswer> {
    const code = back.searchParams.get('code') ?? '';
    const grant = { grant_type: 'authorization_code', code, redirect_uri: redirect, code_verifier: verifier };
    return this.token({ ...grant, client_id: client, ...change }, authenticate);
  }

  async token(fields: Record<string, string>, authenticate?: LaunchOptions['authenticate']): Promise<TokenAnswer> {
    const { token_endpoint: endpoint = '' } = await this.configuration();
    const more = authenticate?.(endpoint) ?? {};
    const all = Object.entries({ ...fields, ...more.fields }).filter(([, value]) => value !== '');
    return post(endpoint, new URLSearchParams(all), more.headers);
  }

  async launch(options: LaunchOptions = {}): Promise<Record<string, unknown>> {
    const done = await this.authorize(options);
    const { status, body } = await this.exchange(done, {}, options.authenticate);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)} ${done.back.href} ${done.shown.text}`);
    return body;
  }

  async read(token: unknown, path: string): Promise<number> {
    const answer = await fetch(`${this.server.portal}/${path}`, {
      headers: { authorization: `Bearer ${String(token)}` },
    });
    await answer.arrayBuffer();
    return answer.status;
  }
}

export async function post(
  url: string,
  body: URLSearchParams,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const answer = await fetch(url, { method: 'POST', body, headers: { accept: 'application/json', ...headers } });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: text === '' ? {} : (JSON.parse(text) as TokenAnswer['body']),
  };
}

const same = (offered: string[]): string[] => offered;

/** The scopes whose lines are marked when the page is opened. */
export const offeredIn = ({ text }: Shown): string[] =>
  [...text.matchAll(/name="scope" value="([^"]+)" checked/g)].map(([, scope = '']) => scope.replaceAll('&amp;', '&'));
