/**
 * What a change of a patient's profile by people means: where codes to sign in go stays as it was, and addresses by which the
 * person is no longer reached are told. Whoever has an open browser, or a token of an app, takes no account over by it.
 */
import type { Patient, Person } from 'fhir/r4.js';
import { isDeepStrictEqual } from 'node:util';
import { addressesOnRecord, contactOnRecord, telecomOf, type Contact } from './contact.js';
import type { Concerned, Notice } from './effect.js';
import type { PhoneForm } from '../fhir/phone-number.js';
import { accountsOf, ownPatient } from './identity.js';
import { changed, step, type Step, type WorkflowReader } from './step.js';

/** The consequences of a change, for the same commit. */
export async function profileChanged(before: Patient, after: Patient, reader: WorkflowReader): Promise<Step> {
  const key = `Patient/${after.id}`;
  const version = Number(before.meta?.versionId);
  return step({
    writes: await keptForSignIn(before, after, reader),
    effects: [{ kind: 'changed', key, before: version }],
  });
}

/** The account keeps the addresses that it had until its person proves another one. */
async function keptForSignIn(before: Patient, after: Patient, reader: WorkflowReader): Promise<Step['writes']> {
  const { phoneNumber } = reader;
  const [was, is] = [before, after].map(({ telecom }) => contactOnRecord(telecom, phoneNumber)) as [Contact, Contact];
  const telecom = telecomOf(was);
  if (isDeepStrictEqual(was, is) || telecom.length === 0) return [];
  const reference = `Patient/${after.id}`;
  const accounts = await accountsOf(reference, reader);
  return accounts
    .filter(({ resource }) => ownPatient(resource) === reference && !hasOwn(resource))
    .map(account => changed(account, { ...account.resource, telecom }));
}

const hasOwn = ({ telecom = [] }: Person): boolean => telecom.length > 0;

/** A notice to the addresses by which a patient is no longer reached; undefined where there is none. */
export function contactChanged(before: Patient, after: Patient, phoneNumber: PhoneForm): Notice | undefined {
  const [was, is] = [before, after].map(({ telecom }) => contactOnRecord(telecom, phoneNumber)) as [Contact, Contact];
  const kept = new Set(addressesOnRecord(after.telecom, phoneNumber));
  const left = addressesOnRecord(before.telecom, phoneNumber).filter(one => !kept.has(one));
  const passedOver = [was.email, was.phone].filter(one => one !== undefined && one !== is.email && one !== is.phone);
  const told = new Set([...left, ...passedOver.filter(one => one !== undefined)]);
  if (told.size === 0) return undefined;
  return {
    kind: 'notice',
    event: 'contact-changed',
    about: `Patient/${after.id}`,
    persons: [...told].map(contactAt),
    parameters: {},
  };
}

const contactAt = (address: string): Concerned => ({
  contact: address.includes('@') ? { email: address } : { phone: address },
});
