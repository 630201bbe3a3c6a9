/**
 * oidc-provider's storage port over the server's own records. What is found by a secret is kept under its hash, and the secret is
 * left out of what is kept. https://github.com/panva/node-oidc-provider/blob/main/example/my_adapter.js
 */
import { errors, Provider, type Adapter, type AdapterPayload } from 'oidc-provider';
import { raiseEpoch } from '../../access/epochs.js';
import { grantRecord, opaqueDocument, opaqueRecord, revokeOpaque } from '../../access/opaque.js';
import type { Claims } from '../../access/token.js';
import { defined } from '../../fhir/defined.js';
import { isConflict } from '../../fhir/fault.js';
import type { Document, DocumentChange, Storage } from '../../store/port.js';
import type { Clock } from '../../fhir/clock.js';
import { secretHash } from '../../fhir/secret.js';
import type { ClientRegistry } from './clients.js';
import type { Grants } from './grants.js';
import { clientMetadata } from './client-metadata.js';

export interface AdapterParts extends Pick<Storage, 'store' | 'records'> {
  clock: Clock;
  clients: Pick<ClientRegistry, 'find'>;
  readonly grants: Pick<Grants, 'use'>;
  issuer: string;
  /** The changes that tell an account's person that a refresh token was used again. @param account `Person/1` */
  readonly reused: (account: string) => Promise<DocumentChange[]>;
}

/** Milliseconds in which a refresh token that was just rotated is no sign of theft: two requests of one app met. */
const LOST_RACE = 5000;

/** Parts of a model's payload that are secrets; the model's id is one. */
const withoutSecrets = ({ jti: _id, ...payload }: AdapterPayload): AdapterPayload => {
  const { session } = payload as { session?: { cookie?: string } };
  return session?.cookie === undefined ? payload : { ...payload, session: { ...session, cookie: undefined } };
};

export function recordsAdapter(model: string, parts: AdapterParts): Adapter {
  switch (model) {
    // The browser session is the portal's own (sessions/): a second one would outlive its end.
    case 'Session':
      return nothingKept;
    case 'Client':
      return { ...nothingKept, find: async id => clientMetadata(await parts.clients.find(id)) };
    case 'AccessToken':
    case 'ClientCredentials':
      return accessTokens(parts);
    case 'Grant':
      return grantRecords(parts);
    default:
      return oneTimeThings(model, parts);
  }
}

const nothingKept: Adapter = {
  upsert: () => Promise.resolve(),
  find: () => Promise.resolve(undefined),
  findByUid: () => Promise.resolve(undefined),
  findByUserCode: () => Promise.resolve(undefined),
  consume: () => Promise.resolve(),
  destroy: () => Promise.resolve(),
  // Tokens end with their grant.
  revokeByGrantId: () => Promise.resolve(),
};

/** Tokens as access reads them, with what the provider tells about them on introspection. */
function accessTokens({ store, records, clock, issuer, grants }: AdapterParts): Adapter {
  return {
    ...nothingKept,
    async upsert(id, payload, expiresIn = 0) {
      const claims = claimsOf(payload, issuer, clock.now() + expiresIn * 1000);
      const { tether, ...extra } = (payload['extra'] ?? {}) as { tether?: string };
      // Which grant it is, is nobody's business.
      const told = tether === undefined ? {} : { extra };
      const grant = payload.grantId === undefined ? tether : secretHash(payload.grantId);
      const document = opaqueDocument(id, claims, defined({ grant, payload: { ...withoutSecrets(payload), ...told } }));
      await records.write({ op: 'put', document, expect: 0 });
      if (grant !== undefined) await grants.use(grant);
    },
    async find(id) {
      const record = await opaqueRecord(records, id, clock.now());
      return record?.payload && { ...record.payload, jti: id };
    },
    async destroy(id) {
      const record = await opaqueRecord(records, id, clock.now());
      if (record) await store.commit({ documents: [revokeOpaque(id), raiseEpoch(subjectOf(record))] });
    },
  };
}

/** Whose epoch a token of this goes by. */
const subjectOf = ({ fhirUser, patient, clientId }: Claims): string =>
  fhirUser ?? (patient === undefined ? `client:${clientId}` : `Patient/${patient}`);

function claimsOf(payload: AdapterPayload, issuer: string, expires: number): Claims {
  const { accountId, clientId = '', scope = '', extra } = payload as AdapterPayload & { extra?: { patient?: string } };
  const person = defined({ fhirUser: accountId, patient: extra?.patient });
  return { issuer, subject: accountId ?? clientId, clientId, scope, ...person, expires };
}

/** Grants, by whose account and of which client; whoever ends one ends its tokens. */
function grantRecords({ store, records, clock }: AdapterParts): Adapter {
  const read = (id: string) => {
    const record = grantRecord(secretHash(id));
    return records.get(record.kind, record.id, clock.now());
  };
  return {
    ...nothingKept,
    async upsert(id, payload, expiresIn = 0) {
      const { accountId = '', clientId = '' } = payload;
      const document = {
        ...grantRecord(secretHash(id)),
        value: { ...withoutSecrets(payload) },
        keys: { subject: accountId, client: clientId },
        expires: clock.now() + expiresIn * 1000,
      };
      await records.write({ op: 'put', document });
    },
    async find(id) {
      const document = await read(id);
      return document && payloadOf(document, id);
    },
    async destroy(id) {
      const document = await read(id);
      if (document) await store.commit({ documents: endOf(document) });
    },
  };
}

/** The changes that end a grant and everything that was issued under it. */
export const endOf = ({ kind, id, keys }: Document): DocumentChange[] => [
  { op: 'delete', kind, id },
  raiseEpoch(keys['subject'] ?? ''),
];

const payloadOf = ({ value }: Document, id: string): AdapterPayload => ({ ...value, jti: id });

/** Codes, refresh tokens, interactions, ids of assertions: each is used once. */
function oneTimeThings(model: string, { store, records, clock, reused }: AdapterParts): Adapter {
  const kind = `oauth-${model}`;
  const read = (id: string) => records.get(kind, secretHash(id), clock.now());
  return {
    ...nothingKept,
    async upsert(id, payload, expiresIn = 0) {
      const value = { ...withoutSecrets(payload) };
      const document = { kind, id: secretHash(id), value, keys: {}, expires: clock.now() + expiresIn * 1000 };
      if (model !== 'ReplayDetection') await records.write({ op: 'put', document });
      else await once(() => records.write({ op: 'put', document, expect: 0 }), refuseAssertion);
    },
    async find(id) {
      const document = await read(id);
      if (!document || wasJustRotated(model, document, clock.now())) return undefined;
      return payloadOf(document, id);
    },
    async consume(id) {
      const document = await read(id);
      if (!document) throw used();
      const refuse = async () => {
        if (model === 'AuthorizationCode') await endGrantOf(document, { store, records, clock });
        throw used();
      };
      const { version, ...rest } = document;
      if (rest.value['consumed'] !== undefined) await refuse();
      const value = { ...rest.value, consumed: clock.now() };
      await once(() => records.write({ op: 'put', document: { ...rest, value }, expect: version }), refuse);
    },
    async destroy(id) {
      const removal: DocumentChange = { op: 'delete', kind, id: secretHash(id) };
      const document = model === 'RefreshToken' ? await read(id) : undefined;
      const account = document && wasReused(document) ? String(document.value['accountId']) : undefined;
      if (account === undefined) await records.write(removal);
      else await store.commit({ documents: [removal, ...(await reused(account))] });
    },
  };
}

/** Whether a refresh token that was rotated before is what an app asks new tokens for at this moment. */
const wasReused = ({ value }: Document): boolean =>
  value['consumed'] !== undefined && Provider.ctx?.oidc.route === 'token';

/** A code that two requests used is in a stranger's hand: what was issued for it ends. */
async function endGrantOf(
  { value }: Document,
  { store, records, clock }: Pick<AdapterParts, 'store' | 'records' | 'clock'>,
) {
  const record = grantRecord(secretHash(String(value['grantId'])));
  const grant = await records.get(record.kind, record.id, clock.now());
  if (grant) await store.commit({ documents: endOf(grant) });
}

const wasJustRotated = (model: string, { value: { consumed } }: Document, now: number): boolean =>
  model === 'RefreshToken' && typeof consumed === 'number' && now - consumed <= LOST_RACE;

/** Runs a write that only the first of several callers makes. */
async function once(write: () => Promise<unknown>, otherwise: () => Promise<never>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isConflict(error)) throw error;
    await otherwise();
  }
}

const used = () => new errors.InvalidGrant('it was used already');

const refuseAssertion = (): Promise<never> =>
  Promise.reject(new errors.InvalidClientAuth('client assertion tokens must only be used once'));
