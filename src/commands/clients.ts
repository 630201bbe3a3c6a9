/**
 * `npm run clients -- list | show ID | add KIND … | change ID … | rotate ID | disable ID | enable ID | remove ID | tether ID … | tethers ID …
 * | untether ID …`: the clients of the authorization server. A secret is printed once, by `add` and `rotate`. The server need not be running; if it is, a change binds its
 * next request.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machine } from '../compose/machine.js';
import { openStorage } from '../compose/storage.js';
import { loadConfig, type Config } from '../config/config.js';
import { ensureFolder } from '../config/folder.js';
import { defined } from '../fhir/defined.js';
import { scopesWithin } from '../access/scope-bounds.js';
import { endpoints } from '../definitions/endpoints.table.js';
import type { Storage } from '../store/port.js';
import { createGrants } from '../identity/authorization-server/grants.js';
import { documentedBy } from '../observe/audit/writes.js';
import { createTethers, type Tethers } from '../identity/authorization-server/tethers.js';
import { clientKinds, isTethered } from '../identity/authorization-server/client-kinds.table.js';
import { createClientRegistry, type ClientRegistry } from '../identity/authorization-server/clients.js';
import { clientFrom, type Metadata, type RegistrationRules } from '../identity/authorization-server/registration.js';
import { registrationAnswer } from '../identity/authorization-server/registration-answer.js';
import { helped } from './usage.js';

const kinds = Object.entries(clientKinds).map(([name, { about }]) => `  ${name.padEnd(18)}${about}`);

const USAGE = `Usage: clients list | show ID | add KIND [options] | change ID [options] | rotate ID | disable ID | enable ID | remove ID
       clients tether ID --patient ID --reason TEXT [--scope 'A B'] | untether ID --patient ID | tethers ID --patient ID
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
Options of tether, which lets a partner-tethered client read one patient for 90 days:
  --patient ID         of the Patient
  --reason TEXT        why; the patient reads it
  --scope 'A B'        less than the client is registered for
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
  patient: { type: 'string' },
  reason: { type: 'string' },
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

interface Place {
  readonly rules: RegistrationRules;
  readonly tethers: Tethers;
  /** Whether there is a Patient of this id. */
  readonly isPatient: (id: string) => Promise<boolean>;
}

/** What is written in a patient's name takes the patient's own grant. */
const READING = 'patient/*.rs';

type Verb = (registry: ClientRegistry, name: string, given: Given, place: Place) => Promise<unknown>;

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
  async add(registry, kind, given, { rules }) {
    const client = clientFrom(given.id ?? machine.ids.next(), { ...metadataOf(given), kind }, rules);
    return registrationAnswer(client, await registry.add(client));
  },
  async change(registry, id, given, { rules }) {
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
  async tether(registry, id, { patient = '', reason = '', scope }, { tethers, isPatient }) {
    const client = await found(registry, id);
    if (!isTethered(client.kind)) throw new Error(`${id} is no partner-tethered client`);
    if (reason.trim() === '') throw new Error('tether needs a reason: --reason TEXT');
    if (!(await isPatient(patient))) throw new Error('There is no such Patient: --patient ID');
    const granted = scopesWithin(scopesWithin(scope ?? client.scope, client.scope), READING);
    if (granted === '') throw new Error('Nothing is granted: a tether reads, within what the client is registered for');
    await tethers.make({ client: id, patient, scope: granted, reason: reason.trim() });
    return { client_id: id, patient, scope: granted };
  },
  async untether(_registry, id, { patient = '' }, { tethers }) {
    const ended = await tethers.end(id, patient);
    if (ended === 0) throw new Error(`${id} is not tethered to that Patient`);
    return { client_id: id, patient, ended };
  },
  async tethers(_registry, id, { patient = '' }, { tethers }) {
    const all = await tethers.list(id, patient);
    return all.map(({ account, scope, reason, at }) =>
      defined({ client_id: id, patient, by: account, scope, reason, at: new Date(at).toISOString() }),
    );
  },
};

function placeOf(config: Config, storage: Storage): Place {
  const [partition = ''] = endpoints.find(({ holdsPeople }) => holdsPeople)?.partitions ?? [];
  return {
    rules: rulesOf(config),
    tethers: createTethers({
      ...{ ...storage, ...machine, grants: createGrants(storage.records, machine.clock) },
      audit: documentedBy(machine),
    }),
    async isPatient(id) {
      const [version] = await storage.store.read([{ partition, type: 'Patient', id }]);
      return version !== undefined && !version.deleted;
    },
  };
}

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
    const answer = await run(createClientRegistry({ ...storage, ...machine }), name, values, placeOf(config, storage));
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
