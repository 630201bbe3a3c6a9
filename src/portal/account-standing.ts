/**
 * The standing of an account that `Person.active` alone does not tell: a pending account is made and not in use yet. Its private
 * record holds the hash of the code that activates it.
 */
import type { Extension, Person } from 'fhir/r4.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Document, DocumentChange, Records } from '../store/port.js';
import { hashOf } from './invitation-code.js';
import type { WorkflowReader } from './step.js';

const RECORD = 'account';
const PENDING = 'pending';

type Own = Pick<OwnCanonicals, 'structure'>;

export const isPending = ({ active, extension = [] }: Person, own: Own): boolean =>
  active === false && extension.some(one => isStanding(one, own) && one.valueCode === PENDING);

const isStanding = ({ url }: Extension, own: Own): boolean => url === own.structure('account-standing');

/** The extension of a new account that waits for its activation. */
export const pending = (own: Own): Extension => ({ url: own.structure('account-standing'), valueCode: PENDING });

/** The extensions of an account without the one of its standing. */
export function withoutStanding({ extension }: Person, own: Own): Pick<Person, 'extension'> {
  const others = extension?.filter(one => !isStanding(one, own)) ?? [];
  return { extension: others.length > 0 ? others : undefined };
}

/** @param account `Person/1` */
export const readActivation = (account: string, reader: WorkflowReader): Promise<Document | undefined> =>
  reader.document(RECORD, account);

/**
 * The activation of an account by this code, in place of an earlier one.
 * @param account `Person/1`
 * @param until milliseconds since the epoch
 */
export const activationRecord = (
  account: string,
  code: string,
  until: number,
  before: Document | undefined,
  details: { readonly resent?: number } = {},
): DocumentChange => ({
  op: 'put',
  document: { kind: RECORD, id: account, value: { until, ...details }, keys: { activation: hashOf(code) } },
  expect: before?.version ?? 0,
});

/** The change that ends whatever activation an account has. @param account `Person/1` */
export const endingActivation = (account: string): DocumentChange => ({ op: 'delete', kind: RECORD, id: account });

/** Whether the code of an activation is over. @param now milliseconds since the epoch */
export const isOver = (activation: Document | undefined, now: number): boolean =>
  Number(activation?.value['until'] ?? 0) <= now;

/** Wrong facts that end an activation. */
export const MOST_TRIES = 5;

export const triesOf = ({ value }: Document): number => Number(value['tries'] ?? 0);

export function withActivationTries({ version: expect, ...rest }: Document, tries: number): DocumentChange {
  return { op: 'put', document: { ...rest, value: { ...rest.value, tries } }, expect };
}

export const endOfActivation = ({ kind, id, version }: Document): DocumentChange => ({
  op: 'delete',
  kind,
  id,
  expect: version,
});

/** The activation that this code belongs to. */
export async function activationBy(
  code: string,
  records: Pick<Records, 'find'>,
  now: number,
): Promise<Document | undefined> {
  const [found] = await records.find(RECORD, 'activation', hashOf(code), now, 1);
  return found;
}
