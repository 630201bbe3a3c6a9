/** Which clients may use which endpoint, each kind against each: an endpoint or a kind without a line here fails. */
import assert from 'node:assert/strict';
import { defined } from '../../src/fhir/defined.js';
import { clientKinds, type ClientKindName } from '../../src/identity/authorization-server/client-kinds.table.js';
import { eachApp } from './each-app.js';
import { app as appMetadata, basic, register, system } from './registering.js';

const NORTH = '/fhir/customer/north';
const SOUTH = '/fhir/customer/south';
const PORTAL = '/fhir/portal';
const FACADE = '/fhir/facade';
const PATHS = [PORTAL, FACADE, NORTH, SOUTH, '/fhir/customer/demo'];

/** The paths of the endpoints that a client of each kind may use; a customer's client is north's. */
const ADMITTED: Readonly<Record<ClientKindName, readonly string[]>> = {
  'customer-system': [NORTH],
  'trusted-system': [PORTAL],
  'partner-system': [],
  'partner-tethered': [PORTAL, FACADE],
  app: [PORTAL, FACADE],
};

const patient = { resourceType: 'Patient', active: true };
const read = { method: 'GET', url: 'Patient/none' };

/** One request of each sort: a search, a read, a write, an operation, a bundle. */
const REQUESTS: readonly [method: string, path: string, body?: object][] = [
  ['GET', '/Patient?_count=1'],
  ['GET', '/Patient/none'],
  ['POST', '/Patient/_search'],
  ['POST', '/Patient', patient],
  ['PUT', '/Patient/none', { ...patient, id: 'none' }],
  ['DELETE', '/Patient/none'],
  ['GET', '/Patient/none/$meta'],
  ['POST', '', { resourceType: 'Bundle', type: 'batch', entry: [{ request: read }] }],
];

eachApp(
  'admission to endpoints',
  surroundings => {
    const metadataOf = (kind: ClientKindName): object => {
      if (kind === 'app') return appMetadata({ token_endpoint_auth_method: 'none' });
      if (kind === 'partner-tethered') {
        const method = { token_endpoint_auth_method: 'client_secret_basic' };
        return appMetadata({ kind, ...method, scope: 'launch/patient patient/*.rs' });
      }
      const integration = kind === 'customer-system' ? 'north' : 'partner';
      return system({ kind, integration, scope: 'system/*.cruds system/*.$*' });
    };

    /** An access token of a client of this kind; '' where it is issued none. */
    async function tokenOf(kind: ClientKindName): Promise<string> {
      const { app, server } = surroundings();
      const { status, body } = await register(server, metadataOf(kind));
      assert.equal(status, 201, JSON.stringify(body));
      const client = String(body['client_id']);
      if (clientKinds[kind].acts === 'user') {
        const scope = 'launch/patient patient/*.rs';
        const secret = body['client_secret'];
        const authenticate = defined({ authenticate: secret === undefined ? undefined : basic(client, secret) });
        const launch = { client, scope, redirect: 'https://app.example.org/back', ...authenticate };
        return String((await app.launch(launch))['access_token']);
      }
      const fields = { grant_type: 'client_credentials', scope: 'system/*.cruds system/*.$*' };
      const answer = await app.token(fields, basic(client, body['client_secret']));
      return String(answer.body['access_token'] ?? '');
    }

    async function ask(token: string, base: string, [method, path, body]: (typeof REQUESTS)[number]) {
      const type = path.endsWith('_search') ? 'application/x-www-form-urlencoded' : 'application/fhir+json';
      const answer = await fetch(surroundings().server.url + base + path, {
        method,
        headers: { authorization: `Bearer ${token}`, accept: 'application/fhir+json', 'content-type': type },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await answer.text();
      return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
    }

    it('[PKB-1] every endpoint that is served stands in the table', () => {
      assert.deepEqual(new Set(surroundings().server.app.endpoints.map(({ path }) => path)), new Set(PATHS));
    });

    for (const kind of Object.keys(ADMITTED) as ClientKindName[])
      it(`[PKB-1] [PKB-2] [PKB-10] ${kind}: ${ADMITTED[kind].join(', ') || 'none'}`, async () => {
        const token = await tokenOf(kind);
        if (token === '') return assert.deepEqual(ADMITTED[kind], [], 'no token is issued to it');
        for (const base of PATHS) {
          if (ADMITTED[kind].includes(base)) {
            const [first = ['GET', '']] = REQUESTS;
            assert.equal((await ask(token, base, first)).status, 200, base);
            continue;
          }
          for (const request of REQUESTS) {
            const { status, body } = await ask(token, base, request);
            const what = `${base} ${request.slice(0, 2).join(' ')}`;
            // Whoever asks, nothing is written there.
            const isUnserved = base === FACADE && request[0] !== 'GET';
            assert.ok(status === 403 || (status === 405 && isUnserved), `${what}: ${status}`);
            assert.equal(body['resourceType'], 'OperationOutcome', what);
            const [issue] = body['issue'] as { code: string }[];
            if (status === 403) assert.equal(issue?.code, 'forbidden', what);
          }
        }
      });

    it('[PKB-6] the statement of each endpoint is for everybody', async () => {
      const token = await tokenOf('partner-system');
      for (const base of PATHS) assert.equal((await ask(token, base, ['GET', '/metadata'])).status, 200, base);
    });
  },
  { PORTICO_CUSTOMERS: 'north,south' },
);
