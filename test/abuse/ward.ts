/** Two patients who have nothing to do with each other, a proxy, and the demo's staff, on every store. */
import { randomUUID } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import type { Bundle } from 'fhir/r4.js';
import { loadSigningKey } from '../../src/access/signing-key.js';
import type { Resource } from '../../src/fhir/resource.js';
import type { Put } from '../../src/store/port.js';
import type { TestServer } from '../fixtures/server.js';
import { isSlow } from '../fixtures/storages.js';
import { eachPortal, onePortal, type Answer, type Caller, type Journey } from '../portal/journey.js';
import { canary, nameOf, resourcesOf, sharedResources } from './two-patients.js';
import { byServer } from '../../src/writing/draft.js';

export const FIRST = 'zqone';
export const SECOND = 'zqtwo';

export const first: Caller = `demo-patient as Person/${nameOf(FIRST, 'Person')}`;
export const second: Caller = `demo-patient as Person/${nameOf(SECOND, 'Person')}`;
export const system: Caller = 'demo-system';
export const clinician: Caller = 'demo-clinician';
export const agent: Caller = 'demo-agent';
export const auditor: Caller = 'demo-agent as Practitioner/demo-auditor';

export const secret = canary(SECOND);
export const canaryOfFirst = canary(FIRST);

const measured = (patient: string, number: number): Resource & { id: string } => ({
  resourceType: 'Observation',
  id: `${patient}-measured-${number}`,
  status: 'final',
  code: { text: `Measured ${canary(patient)}` },
  subject: { reference: `Patient/${patient}` },
  performer: [{ reference: `RelatedPerson/${nameOf(patient, 'RelatedPerson')}` }],
  effectiveDateTime: `2026-02-0${number}`,
  valueQuantity: { value: 5 + number, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
});

const all = [
  ...sharedResources(),
  ...[FIRST, SECOND].flatMap(patient => [...resourcesOf(patient), ...[1, 2, 3, 4].map(n => measured(patient, n))]),
];

/** Puts resources there with the server's own authority, checked and indexed as any write. */
export async function seed({ app }: Pick<TestServer, 'app'>, resources: readonly Resource[]): Promise<void> {
  const endpoint = app.endpoints.find(({ name }) => name === 'portal')!;
  const { partition } = endpoint;
  const place = { endpoint, partition, store: app.store, request: { deadline: Infinity } };
  const puts: Put[] = [];
  for (const resource of resources) {
    const key = { partition, type: resource.resourceType, id: resource.id ?? '' };
    const [previous] = await app.store.read([key]);
    const method = previous ? 'PUT' : 'POST';
    const { put } = await app.parts.writing.write(byServer({ resource, method, previous }), place);
    puts.push(put);
  }
  await app.store.commit({ puts });
}

/** Registers the tests once for each store, on a server where both patients are. */
export function eachWard(register: (journey: () => Journey, store: string) => void): void {
  eachPortal((journey, store) => {
    before(() => seed(journey().server, all));
    register(journey, store);
  });
}

/** The same on one store, for what concerns HTTP alone. */
export function oneWard(register: (journey: () => Journey) => void): void {
  onePortal(journey => {
    before(() => seed(journey().server, all));
    register(journey);
  });
}

/** All of these; two of them on Mongo, which is slow to ask. */
export const few = <T>(journey: Journey, all: readonly T[]): readonly T[] =>
  isSlow(journey.storage) ? all.slice(0, 2) : all;

export interface Claims {
  client: string;
  scope: string;
  /** `Person/1`; left out for a client that acts for itself. */
  person?: string;
  /** The launch context. */
  patient?: string;
}

/** A token such as the development issuer would give, with these claims. */
export function tokenWith({ folder, app }: Pick<TestServer, 'folder' | 'app'>, claims: Claims): string {
  const { client, scope, person, patient } = claims;
  const { privateKey, publicJwk } = loadSigningKey(folder);
  const payload = {
    iss: 'urn:portico:development',
    aud: 'urn:portico',
    sub: person ?? client,
    client_id: client,
    scope,
  };
  const context = { ...(person ? { fhirUser: person } : {}), ...(patient ? { patient } : {}), jti: randomUUID() };
  const iat = Math.floor(app.parts.clock.now() / 1000);
  return jsonwebtoken.sign({ ...payload, ...context, iat, exp: iat + 600 }, privateKey, {
    algorithm: 'ES256',
    header: { alg: 'ES256', typ: 'at+jwt', kid: publicJwk.kid },
  });
}

/** A caller who keeps one token: what it came to is remembered, so that a change has to be noticed. */
export function holder(journey: Journey, caller: Caller): (method: string, path: string) => Promise<Answer> {
  const [client = '', person] = caller.split(' as ');
  const authorization = `Bearer ${journey.server.token(client, person)}`;
  return (method, path) => journey.call('', method, path, undefined, { authorization });
}

/** Asks with these claims in place of a demo client's own. */
export function askWith(journey: Journey, claims: Claims, method: string, path: string, body?: unknown) {
  return journey.call('', method, path, body, { authorization: `Bearer ${tokenWith(journey.server, claims)}` });
}

/** `Type/id` of a Bundle's entries. */
export const entriesOf = ({ body }: Answer): string[] =>
  ((body as unknown as Bundle).entry ?? []).map(({ resource }) => `${resource?.resourceType}/${resource?.id}`);

export const totalOf = ({ body }: Answer): number | undefined => (body as unknown as Bundle).total;

export const linkOf = ({ body }: Answer, relation: string): string | undefined =>
  (body as unknown as Bundle).link?.find(link => link.relation === relation)?.url;

/** An answer without what differs from call to call, and without the names that were asked for. */
export const bare = ({ status, headers, text }: Answer, ...asked: string[]): string => {
  const told = ['etag', 'last-modified', 'location', 'content-type', 'content-length', 'www-authenticate', 'allow'];
  const lines = [String(status), ...told.map(name => `${name}: ${headers.get(name)}`), text].join('\n');
  return asked.reduce((from, name) => from.replaceAll(name, '…'), lines);
};
