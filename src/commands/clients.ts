/**
 * `npm run clients -- list | show ID | add KIND … | change ID … | rotate ID | disable ID | enable ID | remove ID`: the clients of the
 * authorization server. A secret is printed once, by `add` and `rotate`. The server need not be running; if it is, a change binds its
 * next request.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machine } from '../compose/machine.js';
import { openStorage } from '../compose/storage.js';
import { loadConfig, type Config } from '../config/config.js';
import { ensureFolder } from '../config/folder.js';
import { defined } from '../fhir/defined.js';
import { clientKinds } from '../identity/authorization-server/client-kinds.table.js';
import { createClientRegistry, type ClientRegistry } from '../identity/authorization-server/clients.js';
import { clientFrom, type Metadata, type RegistrationRules } from '../identity/authorization-server/registration.js';
import { registrationAnswer } from '../identity/authorization-server/registration-answer.js';
import { helped } from './usage.js';

const kinds = Object.entries(clientKinds).map(([name, { about }]) => `  ${name.padEnd(18)}${about}`);

const USAGE = `Usage: clients list | show ID | add KIND [options] | change ID [options] | rotate ID | disable ID | enable ID | remove ID
KIND is one of
${kinds.join('\n')}
Options of add and change:
  --name TEXT          as people are told it
  --integration NAME   whose client it is: the key of the customer, the partner's or the app's name
  --scope 'A B'        the most that its tokens hold
  --redirect ADDRESS   of an app; may be given several times
  --auth METHOD        none, client_secret_basic, client_secret_post or private_key_jwt
  --jwks FILE          its public keys; or --jwks-uri ADDRESS, where it publishes them
  --launch ADDRESS     where an EHR opens the app
  --id ID              of add: in place of one that is made up
  --introspects        it is a resource server: it is told about tokens of other clients
Ends with 2 on wrong usage.`;

const options = {
  name: { type: 'string' },
  integration: { type: 'string' },
  scope: { type: 'string' },
  redirect: { type: 'string', multiple: true },
  auth: { type: 'string' },
  jwks: { type: 'string' },
  'jwks-uri': { type: 'string' },
  launch: { type: 'string' },
  id: { type: 'string' },
  introspects: { type: 'boolean' },
} as const;

type Given = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>['values'];

const metadataOf = (given: Given): Metadata =>
  defined({
    client_name: given.name,
    integration: given.integration,
    scope: given.scope,
    redirect_uris: given.redirect,
    token_endpoint_auth_method: given.auth,
    jwks: given.jwks === undefined ? undefined : (JSON.parse(readFileSync(given.jwks, 'utf8')) as unknown),
    jwks_uri: given['jwks-uri'],
    initiate_login_uri: given.launch,
    introspects: given.introspects,
  });

const rulesOf = ({ customers, demo }: Config): RegistrationRules => ({
  isCustomer: key => customers.some(one => one.key === key),
  loopback: demo,
});

type Verb = (registry: ClientRegistry, name: string, given: Given, rules: RegistrationRules) => Promise<unknown>;

const found = async (registry: ClientRegistry, id: string) => {
  const client = await registry.find(id);
  if (!client) throw new Error(`There is no client ${id}`);
  return client;
};

const switched =
  (disabled: boolean): Verb =>
  async (registry, id) => {
    const { disabled: _before, ...client } = await found(registry, id);
    const next = disabled ? { ...client, disabled } : client;
    await registry.change(next);
    return registrationAnswer(next);
  };

const verbs: Readonly<Record<string, Verb>> = {
  list: async registry => (await registry.list()).map(client => registrationAnswer(client)),
  show: async (registry, id) => registrationAnswer(await found(registry, id)),
  async add(registry, kind, given, rules) {
    const client = clientFrom(given.id ?? machine.ids.next(), { ...metadataOf(given), kind }, rules);
    return registrationAnswer(client, await registry.add(client));
  },
  async change(registry, id, given, rules) {
    const { secretHash, disabled, ...before } = await found(registry, id);
    const { client_id: _id, grant_types: _grants, response_types: _types, ...told } = registrationAnswer(before);
    const next = { ...clientFrom(id, { ...told, ...metadataOf(given) }, rules), ...defined({ secretHash, disabled }) };
    if (next.authMethod !== before.authMethod)
      throw new Error('The way of authentication stays; register another client');
    await registry.change(next);
    return registrationAnswer(next);
  },
  async rotate(registry, id) {
    const secret = await registry.rotate(id);
    if (secret === undefined) throw new Error(`${id} has no secret`);
    return { client_id: id, client_secret: secret };
  },
  disable: switched(true),
  enable: switched(false),
  async remove(registry, id) {
    await found(registry, id);
    await registry.remove(id);
    return { client_id: id };
  },
};

async function clients(args: string[]): Promise<void> {
  process.umask(0o077);
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [verb = '', name = '', ...others] = positionals;
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (!run || others.length > 0 || (name === '') !== (verb === 'list')) throw new Error(USAGE.split('\n')[0]);
  const config = loadConfig({ PORTICO_LOG_LEVEL: 'error', ...process.env });
  ensureFolder('PORTICO_DATA', config.dataFolder);
  const storage = await openStorage(config, machine);
  try {
    const answer = await run(createClientRegistry({ ...storage, ...machine }), name, values, rulesOf(config));
    process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
  } finally {
    await storage.store.close();
  }
}

try {
  const args = process.argv.slice(2);
  if (!helped(args, USAGE)) await clients(args);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
