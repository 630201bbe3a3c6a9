/** A portal with members who have credentials. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { openMailbox } from '../../src/delivery/mailbox.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { eachStorage, type OpenStorage } from '../fixtures/storages.js';
import { pageVisitor, type Page, type PageVisitor } from '../fixtures/page-visitor.js';
import { testWorld, type TestWorld } from '../fixtures/world.js';
import type { Storage } from '../../src/store/port.js';

export interface Member {
  /** `Person/1` */
  readonly account: string;
  /** `Patient/1` */
  readonly patient: string;
  readonly userName: string;
  readonly password: string;
  readonly email: string;
}

export interface Portal {
  readonly server: TestServer;
  readonly world: TestWorld;
  readonly storage: Storage;
  visitor(headers?: Record<string, string>): PageVisitor;
  /** A request as a demo client; resolves with the JSON of a good answer. */
  fhir(
    client: string,
    method: string,
    path: string,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<Record<string, unknown>>;
  /** The e-mails to this address, the latest last. */
  mails(to: string): Promise<{ subject: string; text: string }[]>;
  /** A member with an account in use and credentials. */
  member(): Promise<Member>;
}

export const PASSWORD = 'four quiet herons at dusk';

export const token = (): string => randomBytes(6).toString('hex');

/**
 * Registers the tests for each store, in demo mode or, as the product runs, with people of a trusted issuer.
 * @param settings further ones, read when the server starts
 */
export function eachMembership(
  title: string,
  tests: (portal: () => Portal) => void,
  mode: 'demo' | 'production' = 'demo',
  settings: () => Record<string, string> = () => ({}),
): void {
  describe(title, () => eachStorage((_, open) => withPortal(open, tests, mode, settings)));
}

function withPortal(
  open: OpenStorage,
  tests: (portal: () => Portal) => void,
  mode: 'demo' | 'production',
  settings: () => Record<string, string>,
): void {
  let portal: Portal;
  before(async function () {
    this.timeout(120_000);
    const world = testWorld();
    const storage = await open(world.clock);
    if (mode === 'production') await (await startTestServer({ storage, world })).close();
    const env = { ...(mode === 'production' ? trusting() : {}), ...settings() };
    portal = portalOf(await startTestServer({ storage, world, env }), storage, world, mode);
  });
  after(async () => {
    await portal.server.close();
    await portal.storage.store.close();
  });
  tests(() => portal);
}

/** The portal that this server is. */
export function portalOf(server: TestServer, storage: Storage, world: TestWorld, mode: 'demo' | 'production'): Portal {
  const fhir: Portal['fhir'] = async (client, method, path, body, headers) => {
    const answer = await fetch(`${server.portal}/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${mode === 'demo' ? server.token(client) : administrator(world)}`,
        'content-type': 'application/fhir+json',
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  };
  const portal: Portal = {
    ...{ server, world, storage, fhir },
    visitor: headers => pageVisitor(server.url, headers),
    async mails(to) {
      await server.app.identity.requests.idle();
      await server.app.dispatcher.idle();
      const box = openMailbox(join(server.folder, 'mail'));
      const mails = (await box.list(200)).filter(mail => mail.to === to);
      const texts = await Promise.all(
        mails.map(async ({ id, subject = '' }) => ({ subject, text: (await box.read(id))?.text ?? '' })),
      );
      return texts.reverse();
    },
    async member() {
      const unique = token();
      const email = `${unique}@example.org`;
      const patient = await fhir('demo-system', 'POST', 'Patient', {
        resourceType: 'Patient',
        active: true,
        birthDate: '1980-02-03',
        name: [{ family: `F${unique}`, given: ['Dana'] }],
        telecom: [{ system: 'email', value: email }],
      });
      const person = await fhir('demo-ehr', 'POST', `Patient/${String(patient['id'])}/$enroll`);
      const account = `Person/${String(person['id'])}`;
      const userName = `dana.${unique}`;
      const documents = await server.app.identity.choose({ account, userName, password: PASSWORD });
      await storage.store.commit({ documents });
      // The welcome has arrived before anything else is sent.
      await portal.mails(email);
      return { account, patient: `Patient/${String(patient['id'])}`, userName, password: PASSWORD, email };
    },
  };
  return portal;
}

/** Changes settings of the portal. */
export async function configure({ fhir }: Pick<Portal, 'fhir'>, settings: Record<string, unknown>): Promise<void> {
  const path = 'Basic/portal-configuration';
  const body = await fhir('demo-system', 'GET', path);
  const url = 'https://portico.health/fhir/StructureDefinition/portal-settings';
  const extension = Object.entries(settings).map(([name, value]) => ({ url: name, ...(value as object) }));
  const match = { 'if-match': `W/"${(body['meta'] as { versionId: string }).versionId}"` };
  await fhir('demo-system', 'PUT', path, { ...body, extension: [{ url, extension }] }, match);
}

/** The code in the latest e-mail. */
export const codeOf = (mails: readonly { text: string }[]): string =>
  /^\d{6}$/m.exec(mails.at(-1)?.text ?? '')?.[0] ?? '';

/** Fills the sign-in form. */
export async function signIn(
  visitor: PageVisitor,
  { userName, password }: Pick<Member, 'userName' | 'password'>,
  path = '/sign-in',
): Promise<Page> {
  return visitor.send(await visitor.get(path), { userName, password }, '/sign-in');
}

const ISSUER = 'https://login.example.org';
const keyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function trusting(): Record<string, string> {
  const jwks = { keys: [{ ...keyPair.publicKey.export({ format: 'jwk' }), kid: 'k' }] };
  return { PORTICO_DEMO: '0', PORTICO_ISSUERS: JSON.stringify([{ issuer: ISSUER, audience: ISSUER, jwks }]) };
}

/** A token of the demo administrator, by the trusted issuer. */
function administrator({ clock }: TestWorld): string {
  const now = Math.floor(clock.now() / 1000);
  const who = { sub: 'u', client_id: 'app', fhirUser: 'Practitioner/demo-administrator' };
  const claims = { iss: ISSUER, aud: ISSUER, ...who, scope: 'user/*.cruds user/*.$*', iat: now, exp: now + 600 };
  return jwt.sign(claims, keyPair.privateKey, {
    algorithm: 'ES256',
    keyid: 'k',
    header: { alg: 'ES256', typ: 'at+jwt' },
  });
}
