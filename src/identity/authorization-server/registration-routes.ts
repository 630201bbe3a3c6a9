/**
 * Registration over HTTP: for systems with a scope of its own, and as far as the setting allows for apps themselves.
 * https://www.rfc-editor.org/rfc/rfc7591 https://www.rfc-editor.org/rfc/rfc7592
 */
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import type { Actor } from '../../access/actor.js';
import { covers } from '../../access/scope.js';
import { Fault } from '../../fhir/fault.js';
import type { Ids } from '../../fhir/clock.js';
import type { ClientRegistry } from './clients.js';
import { clientFrom, RegistrationFault, type Metadata, type RegistrationRules } from './registration.js';
import { registrationAnswer } from './registration-answer.js';
import type { SoftwareStatements } from './software-statement.js';

/** Who may register an app without a token: nobody, those with a software statement of an issuer that is trusted, anybody. */
export type OpenRegistration = 'off' | 'statement' | 'open';

export interface RegistrationParts {
  clients: ClientRegistry;
  rules: RegistrationRules;
  open: OpenRegistration;
  statements: SoftwareStatements;
  ids: Ids;
  /** Fault `unauthenticated`. */
  readonly authenticate: (request: { headers: Request['headers']; query: [] }) => Promise<Actor>;
  /** Counts a registration without a token; milliseconds to wait. */
  wait(request: Request): Promise<number | undefined>;
}

/** `system/Device.$manage-clients` */
export const MANAGE = { type: 'Device', operation: 'manage-clients' } as const;

const BODY_LIMIT = '64kb';
/** Of an app that registered itself. */
const SELF_REGISTERED = 'self-registered';

export function registrationRoutes(parts: RegistrationParts): Router {
  const router = express.Router();
  const { clients, rules } = parts;
  router.use(express.json({ limit: BODY_LIMIT, type: ['application/json', 'application/*+json'] }));
  router.post('/', async (request, response) => answered(response, () => register(request, response, parts)));
  router.use(async (request, response, next) => {
    if (await isManager(request, parts)) next();
    else refuse(response, request.headers.authorization === undefined ? 401 : 403);
  });
  router.get('/', async (_request, response) => {
    send(response, 200, { clients: (await clients.list()).map(client => registrationAnswer(client)) });
  });
  router.get('/:id', async ({ params: { id } }, response) => {
    const client = await clients.find(id);
    send(response, client ? 200 : 404, client ? registrationAnswer(client) : { error: 'not_found' });
  });
  router.put('/:id', async ({ params: { id }, body }, response) =>
    answered(response, async () => {
      const before = await clients.find(id);
      if (!before) return send(response, 404, { error: 'not_found' });
      const { disabled, ...metadata } = bodyOf(body);
      const { secretHash } = before;
      const client = { ...clientFrom(id, metadata, rules), ...(secretHash === undefined ? {} : { secretHash }) };
      const next = disabled === true ? { ...client, disabled } : client;
      if (next.authMethod !== before.authMethod)
        throw new RegistrationFault('the way of authentication stays; register another client');
      await clients.change(next);
      send(response, 200, registrationAnswer(next));
    }),
  );
  router.post('/:id/secret', async ({ params: { id } }, response) =>
    answered(response, async () => {
      const secret = await clients.rotate(id);
      if (secret === undefined) throw new RegistrationFault('this client has no secret');
      send(response, 200, { client_id: id, client_secret: secret, client_secret_expires_at: 0 });
    }),
  );
  router.delete('/:id', async ({ params: { id } }, response) => {
    await clients.remove(id);
    response.set('cache-control', 'no-store').status(204).end();
  });
  router.use(unreadable);
  return router;
}

/** A body that is no JSON, or is too long. */
function unreadable(error: { status?: number }, _request: Request, response: Response, next: NextFunction): void {
  const { status = 500 } = error;
  if (status >= 500) next(error);
  else send(response, status, { error: 'invalid_client_metadata' });
}

async function register(request: Request, response: Response, parts: RegistrationParts): Promise<void> {
  const { clients, rules, ids, open, statements } = parts;
  const manager = request.headers.authorization !== undefined;
  if (manager ? !(await isManager(request, parts)) : open === 'off') return refuse(response, manager ? 403 : 401);
  const wait = manager ? undefined : await parts.wait(request);
  if (wait !== undefined) {
    response.set('retry-after', String(Math.ceil(wait / 1000)));
    return send(response, 429, { error: 'temporarily_unavailable' });
  }
  const given = bodyOf(request.body);
  const stated = await statements.claims(given['software_statement']);
  if (!manager && open === 'statement' && !stated) throw new RegistrationFault('software_statement is required');
  const metadata = { ...given, ...stated };
  const own = manager ? metadata : forSelf(metadata);
  const client = clientFrom(ids.next(), own, rules);
  send(response, 201, registrationAnswer(client, await clients.add(client)));
}

/** Who registers itself is an app, and learns of no token but its own. */
function forSelf(metadata: Metadata): Metadata {
  const privileged = ['kind', 'integration', 'introspects'].find(name => metadata[name] !== undefined);
  if (privileged !== undefined) throw new RegistrationFault(`${privileged} is granted by the operator of this server`);
  return { ...metadata, integration: SELF_REGISTERED };
}

async function isManager({ headers }: Request, { authenticate }: RegistrationParts): Promise<boolean> {
  try {
    const actor = await authenticate({ headers, query: [] });
    return actor.kind === 'system' && covers(actor.scopes, MANAGE);
  } catch (error) {
    if (error instanceof Fault && error.kind === 'unauthenticated') return false;
    throw error;
  }
}

function bodyOf(body: unknown): Metadata {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Metadata;
  throw new RegistrationFault('the body must be a JSON object');
}

async function answered(response: Response, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof RegistrationFault)
      send(response, 400, { error: error.error, error_description: error.message });
    else if (error instanceof Fault && error.kind === 'not-found') send(response, 404, { error: 'not_found' });
    else throw error;
  }
}

function refuse(response: Response, status: 401 | 403): void {
  const error = status === 401 ? 'invalid_token' : 'insufficient_scope';
  response.set('www-authenticate', `Bearer realm="portico", error="${error}"`);
  send(response, status, { error });
}

const send = (response: Response, status: number, body: object): void =>
  void response.status(status).set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }).json(body);
