/** Addresses of notices, each by one strict grammar: a part of an address is never taken for something else. */
import type { ContactPoint } from 'fhir/r4.js';
import { emailForm } from '../fhir/email-address.js';
import { Fault } from '../fhir/fault.js';
import { parameterPath } from '../fhir/parameters.js';
import type { PhoneForm } from '../fhir/phone-number.js';
import { defined } from '../fhir/defined.js';

/** Addresses in the form by which they are compared. */
export interface Contact {
  email?: string;
  /** E.164 */
  phone?: string;
}

/** The addresses of a contact, without its other properties. */
export const contactIn = ({ email, phone }: Contact): Contact => defined({ email, phone });

/** Normalised. Fault `invalid` that names the parameter. */
export function contactOf(
  given: { email?: string | undefined; phone?: string | undefined },
  phoneNumber: PhoneForm,
): Contact {
  const contact: Contact = {};
  if (given.email !== undefined) contact.email = emailForm(given.email) ?? wrong('email', 'one e-mail address');
  if (given.phone !== undefined) contact.phone = phoneNumber(given.phone) ?? wrong('phone', 'one telephone number');
  return contact;
}

function wrong(name: string, expected: string): never {
  throw new Fault('invalid', `The parameter ${name} must be ${expected}.`, {
    code: 'value',
    expression: parameterPath(name),
  });
}

const current = (point: ContactPoint): boolean => point.use !== 'old';
const rank = (point: ContactPoint): number => point.rank ?? Infinity;
/** Whether a contact is a mobile telephone by what the record says. */
export const isMobile = ({ system, use }: ContactPoint): boolean =>
  system === 'sms' || (system === 'phone' && use === 'mobile');

/** A mobile telephone takes text messages. */
const isOther = ({ use }: ContactPoint): number => (use === 'mobile' ? 0 : 1);
const sorted = (telecom: readonly ContactPoint[]): ContactPoint[] =>
  [...telecom].sort((a, b) => (rank(a) === rank(b) ? isOther(a) - isOther(b) : rank(a) - rank(b)));

/** The preferred usable addresses on record; those wanted, where they are on record. */
export function contactOnRecord(
  telecom: readonly ContactPoint[] = [],
  phoneNumber: PhoneForm,
  wanted: Contact = {},
): Contact {
  const points = sorted(telecom.filter(current));
  const of = (system: string, form: (text: string) => string | undefined): string[] =>
    points.flatMap(point => (point.system === system ? (form(point.value ?? '') ?? []) : []));
  const chosen = (all: readonly string[], one: string | undefined): string | undefined =>
    one !== undefined && all.includes(one) ? one : all[0];
  const phones = [...of('sms', phoneNumber), ...of('phone', phoneNumber)];
  return defined({ email: chosen(of('email', emailForm), wanted.email), phone: chosen(phones, wanted.phone) });
}

/** All addresses on record that are in use. */
export function addressesOnRecord(telecom: readonly ContactPoint[] = [], phoneNumber: PhoneForm): string[] {
  return telecom.filter(current).flatMap(({ system, value = '' }) => {
    if (system === 'email') return emailForm(value) ?? [];
    return system === 'phone' || system === 'sms' ? (phoneNumber(value) ?? []) : [];
  });
}

export function telecomOf({ email, phone }: Contact): ContactPoint[] {
  return [
    ...(email === undefined ? [] : [{ system: 'email' as const, value: email }]),
    ...(phone === undefined ? [] : [{ system: 'phone' as const, value: phone, use: 'mobile' as const }]),
  ];
}
