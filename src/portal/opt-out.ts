/**
 * Persons who take no more notices by a channel: by the link of an e-mail (RFC 8058), or by the word of a text message. It stands
 * on their record; of an address, which may be nobody's on record, in a private record that does not hold it.
 */
import { createHash } from 'node:crypto';
import type { Patient, Person, RelatedPerson } from 'fhir/r4.js';
import type { DocumentChange } from '../store/port.js';
import { byAddress, MOST_CANDIDATES } from './candidates.js';
import { addressesOnRecord } from './contact.js';
import { accountsOf, ownPatient } from './identity.js';
import { withOptOut } from './preferences.js';
import type { PeopleReader } from './recipient.js';
import { changed, combined, step, type Step, type Versioned, type WorkflowReader } from './step.js';
import { survivorOf } from './survivor.js';

const KIND = 'opted-out-address';

const idOf = (channel: string, address: string): string =>
  createHash('sha256').update(`${channel} ${address}`).digest('hex');

/** Whether nothing goes to an address: in the form by which it is compared. */
export async function optedOutAddress(
  channel: string,
  address: string,
  reader: Pick<PeopleReader, 'document'>,
): Promise<boolean> {
  return (await reader.document(KIND, idOf(channel, address))) !== undefined;
}

/** Whoever takes no more notices: a person (`Patient/1`, `Person/2`, `RelatedPerson/3`), or an address of nobody on record. */
export interface Unsubscriber {
  readonly channel: string;
  readonly person?: string;
  readonly address?: string;
}

/** The secret part of the link that unsubscribes. It shows nothing, cannot be made up, and serves for nothing else. */
export interface UnsubscribeTokens {
  seal(who: Unsubscriber): string;
  /** Throws Fault `gone` for anything that was not sealed here, or long ago. */
  open(token: string): Unsubscriber;
}

/** What an unsubscription changes; the same again changes nothing. */
export async function unsubscribed(who: Unsubscriber, reader: WorkflowReader): Promise<Step> {
  const { channel, person, address } = who;
  if (person === undefined) return address === undefined ? step({}) : addressStep(channel, address, true);
  const holder = await holderOf(person, reader);
  return holder ? onRecord(holder, channel, true, reader) : step({});
}

/**
 * What the word of a text message changes: STOP for the address and for everybody on record with it, or START again.
 * @param address in the form by which it is compared: E.164
 */
export async function addressOptedOut(
  channel: string,
  address: string,
  out: boolean,
  reader: WorkflowReader,
): Promise<Step> {
  const query = byAddress({ identifiers: [], names: [], addresses: [address] });
  const found = await Promise.all([
    reader.findAny<Patient>('Patient', [query], MOST_CANDIDATES),
    reader.findAny<Person>('Person', [query], MOST_CANDIDATES),
  ]);
  const holders = found.flatMap(({ found: all }): readonly Versioned<Patient | Person>[] => all);
  const theirs = holders.filter(({ resource }) =>
    addressesOnRecord(resource.telecom, reader.phoneNumber).includes(address),
  );
  return combined(addressStep(channel, address, out), ...theirs.map(holder => onRecord(holder, channel, out, reader)));
}

function addressStep(channel: string, address: string, out: boolean): Step {
  const id = idOf(channel, address);
  const change: DocumentChange = out
    ? { op: 'put', document: { kind: KIND, id, value: {}, keys: {} } }
    : { op: 'delete', kind: KIND, id };
  return step({ documents: [change] });
}

function onRecord(holder: Versioned<Patient | Person>, channel: string, out: boolean, { own }: WorkflowReader): Step {
  const { extension = [] } = holder.resource;
  const isOut = extension.some(({ url, valueCode }) => url === own.structure('opt-out') && valueCode === channel);
  return isOut === out ? step({}) : step({ writes: [changed(holder, withOptOut(holder.resource, channel, out, own))] });
}

/** The record on which a person's preferences stand: their Patient in force, else their account. */
async function holderOf(reference: string, reader: WorkflowReader): Promise<Versioned<Patient | Person> | undefined> {
  if (reference.startsWith('Patient/')) {
    const record = await reader.get<Patient>(reference);
    return record && survivorOf(record, reader);
  }
  const account = reference.startsWith('RelatedPerson/')
    ? await accountOfProxy(reference, reader)
    : await reader.get<Person>(reference);
  const own = account && ownPatient(account.resource);
  return own === undefined ? account : holderOf(own, reader);
}

async function accountOfProxy(reference: string, reader: WorkflowReader): Promise<Versioned<Person> | undefined> {
  const related = await reader.get<RelatedPerson>(reference);
  const accounts = related ? await accountsOf(reference, reader) : [];
  return accounts.find(({ resource }) => resource.active !== false) ?? accounts[0];
}
