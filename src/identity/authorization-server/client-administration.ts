/**
 * The clients as system administrators keep them: they are listed, switched off and on, and given another secret. The role is asked
 * for here, with each call, and each change is audited; whoever calls has no rights of its own.
 */
import type { World } from '../../fhir/clock.js';
import { Fault } from '../../fhir/fault.js';
import { isGone, rolesNow } from '../../portal/entitlement.js';
import type { WorkflowReader } from '../../portal/step.js';
import type { Audit, AuditDetail } from '../../service.js';
import type { SignedIn } from '../sessions/session.js';
import type { ClientRegistry } from './clients.js';
import type { RegisteredClient } from './registered-client.js';

/** A client, never with the hash of its secret. */
export type SeenClient = Omit<RegisteredClient, 'secretHash' | 'jwks'> & {
  /** How many public keys are registered with it. */
  readonly keys: number;
};

/** Faults of all: `forbidden` without the role, `not-found` for an unknown client. */
export interface ClientAdministration {
  list(who: SignedIn): Promise<SeenClient[]>;
  /** From the next request on; its tokens end with it. */
  setDisabled(who: SignedIn, id: string, disabled: boolean): Promise<void>;
  /** The new secret, told this once; the one before ends at once. Fault `conflict` for a client that has none. */
  rotate(who: SignedIn, id: string): Promise<string>;
}

export interface ClientAdministrationParts {
  readonly clients: Pick<ClientRegistry, 'find' | 'list' | 'change' | 'rotate'>;
  /** Sees everything. */
  readonly reader: WorkflowReader;
  readonly world: Pick<World, 'clock' | 'ids'>;
  readonly audit: Pick<Audit, 'append'>;
}

const ROLE = 'system-administrator';
/** The client that audits name: the Workbench's pages. */
const CLIENT = 'portico-workbench';

export function createClientAdministration(parts: ClientAdministrationParts): ClientAdministration {
  const { clients } = parts;
  return {
    list: who => audited(parts, who, '', async () => (await clients.list()).map(seen)),
    setDisabled: (who, id, disabled) => {
      const detail = { name: 'disabled', before: String(!disabled), after: String(disabled) };
      return audited(parts, who, id, () => change(parts, id, disabled), [detail]);
    },
    rotate: (who, id) =>
      audited(parts, who, id, () => newSecret(parts, id), [{ name: 'secret', before: 'set', after: 'another' }]),
  };
}

const seen = ({ secretHash: _hash, jwks, ...client }: RegisteredClient): SeenClient => ({
  ...client,
  keys: jwks?.keys.length ?? 0,
});

async function change({ clients }: ClientAdministrationParts, id: string, disabled: boolean): Promise<void> {
  const client = await clients.find(id);
  if (!client) throw new Fault('not-found', 'There is no such client.');
  if ((client.disabled ?? false) === disabled) return;
  const { disabled: _before, ...next } = client;
  await clients.change(disabled ? { ...next, disabled } : next);
}

async function newSecret({ clients }: ClientAdministrationParts, id: string): Promise<string> {
  const secret = await clients.rotate(id);
  if (secret === undefined) throw new Fault('conflict', 'This client has no secret.');
  return secret;
}

/** What is refused is audited as well. */
async function audited<Result>(
  parts: ClientAdministrationParts,
  who: SignedIn,
  id: string,
  work: () => Promise<Result>,
  details: readonly AuditDetail[] = [],
): Promise<Result> {
  if (!(await isAdministrator(who, parts))) {
    await append(parts, who, id, 403);
    throw new Fault('forbidden', 'Clients are kept by system administrators.');
  }
  const result = await work();
  await append(parts, who, id, 200, details);
  return result;
}

async function isAdministrator({ account }: SignedIn, { reader, world }: ClientAdministrationParts): Promise<boolean> {
  if (!account.startsWith('Practitioner/') || (await isGone(account, reader))) return false;
  const roles = await rolesNow(['practitioner', account], reader, world.clock.now());
  return roles.some(({ code }) => reader.own.hasCode(code, 'role', ROLE));
}

const append = (
  { audit, world }: ClientAdministrationParts,
  { account }: SignedIn,
  id: string,
  status: number,
  details: readonly AuditDetail[] = [],
): Promise<void> =>
  audit.append({
    ...{ at: world.clock.now(), request: world.ids.next(), actor: account, client: CLIENT, action: '$manage-clients' },
    ...{ target: id === '' ? 'Device' : `Device/${id}`, patients: [], status, details },
  });
