/**
 * Tethers: by which a partner's system sees one patient, granted by the organization. A patient's own grant is that of any app.
 * A tether is a grant of the Patient's, so it is listed and ended like any other, and its tokens end with it.
 */
import { raiseEpoch } from '../../access/epochs.js';
import { GRANT, grantRecord } from '../../access/opaque.js';
import type { World } from '../../fhir/clock.js';
import { defined } from '../../fhir/defined.js';
import { newSecret, secretHash } from '../../fhir/secret.js';
import type { Audit } from '../../service.js';
import type { DocumentChange, Storage } from '../../store/port.js';
import { grantDetailsDocument, GRANT_LIFETIME, type Grants, type ListedGrant } from './grants.js';

export interface Tethers {
  /** The newest by which the client sees the patient. @param patient id */
  of(client: string, patient: string): Promise<ListedGrant | undefined>;
  /** All by which the client sees the patient, those that the patient granted too. */
  list(client: string, patient: string): Promise<ListedGrant[]>;
  make(tether: NewTether): Promise<void>;
  /** Ends all of these at the next request; how many. */
  end(client: string, patient: string): Promise<number>;
}

export interface NewTether {
  readonly client: string;
  /** Id of the Patient. */
  readonly patient: string;
  readonly scope: string;
  readonly reason: string;
}

export interface TetherParts extends Pick<Storage, 'store' | 'records'>, Pick<World, 'clock' | 'ids' | 'random'> {
  readonly grants: Pick<Grants, 'list' | 'ending'>;
  readonly audit: Pick<Audit, 'document'>;
}

/** Grants looked at once. */
const PAGE = 500;

export function createTethers({ store, records, grants, audit, clock, ids, random }: TetherParts): Tethers {
  /** No person acts: the organization does, by its operator. */
  const audited = (
    action: 'grant' | 'grant-end',
    client: string,
    patient: string,
    reasons?: string[],
  ): DocumentChange =>
    audit.document({
      ...{ at: clock.now(), request: ids.next(), actor: 'server', client, action, status: 200 },
      ...{ target: '', patients: [patient], ...defined({ reasons }) },
    });
  /** Whose grants those of a client are. */
  async function accountsOf(client: string): Promise<Set<string>> {
    const accounts = new Set<string>();
    for (let after: string | undefined; ;) {
      const page = await records.find(GRANT, 'client', client, clock.now(), PAGE, defined({ after }));
      for (const { keys } of page) accounts.add(keys['subject'] ?? '');
      after = page.at(-1)?.id;
      if (page.length < PAGE) return accounts;
    }
  }
  async function list(client: string, patient: string): Promise<ListedGrant[]> {
    const all = await Promise.all([...(await accountsOf(client))].map(account => grants.list(account)));
    return all.flat().filter(one => one.client === client && one.context.patient === patient);
  }
  return {
    list,
    of: async (client, patient) => (await grants.list(`Patient/${patient}`)).find(one => one.client === client),
    async make({ client, patient, scope, reason }) {
      const account = `Patient/${patient}`;
      const hash = secretHash(newSecret(random));
      const details = { account, client, scope, context: { patient }, fhirUser: account, at: clock.now(), reason };
      const expires = details.at + GRANT_LIFETIME * 1000;
      const grant = { ...grantRecord(hash), value: {}, keys: { subject: account, client }, expires };
      await store.commit({
        documents: [
          { op: 'put', document: grant },
          { op: 'put', document: grantDetailsDocument(hash, details, expires) },
          raiseEpoch(account),
          audited('grant', client, patient, [reason]),
        ],
      });
    },
    async end(client, patient) {
      const ended = await list(client, patient);
      const changes = await Promise.all(ended.map(({ account, id }) => grants.ending(account, { id })));
      for (const documents of changes) {
        await store.commit({ documents: [...documents, audited('grant-end', client, patient)] });
      }
      return ended.length;
    },
  };
}
