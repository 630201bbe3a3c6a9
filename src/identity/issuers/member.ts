/** The member whom an external issuer means, by the one matcher of people; and what its word adds to the record. */
import type { Address, ContactPoint, Patient } from 'fhir/r4.js';
import type { Clock } from '../../fhir/clock.js';
import { defined } from '../../fhir/defined.js';
import { emailForm } from '../../fhir/email-address.js';
import { Fault } from '../../fhir/fault.js';
import { languageTag } from '../../fhir/language-tag.js';
import type { PhoneForm } from '../../fhir/phone-number.js';
import { isObject, type JsonObject } from '../../fhir/resource.js';
import type { TokenIssuerConfig } from '../../config/token-issuers.js';
import { isUnder } from '../../portal/age.js';
import { findAccount, findPatient, isInactive } from '../../portal/identity.js';
import type { WorkflowReader } from '../../portal/step.js';
import { textOf, type RecordNumber } from './token-facts.js';

export interface MemberParts {
  readonly reader: WorkflowReader;
  readonly clock: Clock;
  /** Years from which a person has an account of their own. */
  readonly accountAge: () => Promise<number>;
}

/**
 * The account of the patient with this number, or the patient where there is none. Undefined where nobody has it, several have, the
 * patient is gone, or is too young to act for themselves.
 */
export async function memberOf(identifier: RecordNumber, parts: MemberParts): Promise<string | undefined> {
  const { reader, clock, accountAge } = parts;
  const { found: patient } = await findPatient({ identifier }, reader).catch(nobodyAlone);
  if (!patient || isInactive(patient.resource)) return undefined;
  const { found: account } = await findAccount(patient, reader);
  if (account) return `Person/${account.resource.id}`;
  const isMinor = isUnder(patient.resource.birthDate, await accountAge(), clock.now());
  return isMinor ? undefined : `Patient/${patient.resource.id}`;
}

function nobodyAlone(error: unknown): { found: undefined } {
  if (error instanceof Fault && error.kind === 'precondition') return { found: undefined };
  throw error;
}

/** The record with what it lacks, and undefined where it lacks nothing that is said. What it has stays as it is. */
export function completed(
  record: Patient,
  said: JsonObject,
  { claims: names }: TokenIssuerConfig,
  phoneNumber: PhoneForm,
): Patient | undefined {
  const [family, given] = [textOf(said[names.family]), textOf(said[names.given])];
  const name = family === undefined ? undefined : [{ family, ...(given === undefined ? {} : { given: [given] }) }];
  const telecom = contactsMissing(record, said, names, phoneNumber);
  const language = languageTag(textOf(said[names.language]) ?? '');
  const additions = defined({
    name: record.name ? undefined : name,
    birthDate: record.birthDate === undefined ? dateOf(textOf(said[names.birthDate])) : undefined,
    gender: record.gender === undefined ? genderOf(textOf(said[names.gender])) : undefined,
    address: record.address ? undefined : addressIn(said[names.address]),
    communication: record.communication || language === undefined ? undefined : [spoken(language)],
    telecom: telecom.length === 0 ? undefined : [...(record.telecom ?? []), ...telecom],
  });
  return Object.keys(additions).length === 0 ? undefined : { ...record, ...additions };
}

/** Of the kinds that the record has none of, and that the issuer has verified. */
function contactsMissing(
  { telecom = [] }: Patient,
  said: JsonObject,
  names: TokenIssuerConfig['claims'],
  phoneNumber: PhoneForm,
): ContactPoint[] {
  const has = (...systems: (string | undefined)[]) => telecom.some(({ system }) => systems.includes(system));
  const verified = (claim: string): string => (said[`${claim}_verified`] === true ? (textOf(said[claim]) ?? '') : '');
  const [email, phone] = [verified(names.email), verified(names.phone)];
  return [
    ...(has('email') || emailForm(email) === undefined ? [] : [{ system: 'email' as const, value: email }]),
    ...(has('phone', 'sms') || phoneNumber(phone) === undefined
      ? []
      : [{ system: 'phone' as const, value: phone, use: 'mobile' as const }]),
  ];
}

const spoken = (code: string) => ({ language: { coding: [{ system: 'urn:ietf:bcp:47', code }] }, preferred: true });

/** A whole date; OpenID Connect also allows a year alone, and 0000 for one that is not told. */
const dateOf = (text: string | undefined): string | undefined =>
  text !== undefined && /^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(text) ? text : undefined;

const GENDERS = ['male', 'female', 'other', 'unknown'] as const;

const genderOf = (text: string | undefined): Patient['gender'] => GENDERS.find(one => one === text);

/** https://openid.net/specs/openid-connect-core-1_0.html#AddressClaim */
function addressIn(said: unknown): Address[] | undefined {
  if (!isObject(said)) return undefined;
  const line = textOf(said['street_address'])?.split(/\r?\n/);
  const address = defined({
    ...{ line, city: textOf(said['locality']), state: textOf(said['region']) },
    ...{ postalCode: textOf(said['postal_code']), country: textOf(said['country']) },
  });
  return Object.keys(address).length === 0 ? undefined : [address];
}
