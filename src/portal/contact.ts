/** Addresses of notices, each by one strict grammar: a part of an address is never taken for something else. */
import type { ContactPoint } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import { defined } from '../fhir/defined.js';

const EMAIL = /^(?=.{6,254}$)[a-z0-9_%+-]+(\.[a-z0-9_%+-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
const PHONE = /^\+?[1-9]\d{6,14}$/;

/** Lower-cased; undefined where it is no address: quoted local parts, lists, comments and non-ASCII names are not taken. */
export function normalEmail(text: string): string | undefined {
  const email = text.toLowerCase();
  return EMAIL.test(email) && email.indexOf('@') <= 64 ? email : undefined;
}

/** Digits with an optional leading `+` (E.164); spaces, dots, hyphens and parentheses are dropped. */
export function normalPhone(text: string): string | undefined {
  const phone = text.replace(/[ ().-]/g, '');
  return text.length <= 40 && PHONE.test(phone) ? phone : undefined;
}

export interface Contact {
  email?: string;
  phone?: string;
}

/** The addresses of a contact, without its other properties. */
export const contactIn = ({ email, phone }: Contact): Contact => defined({ email, phone });

/** Normalised. Fault `invalid` that names the parameter. */
export function contactOf(given: { email?: string | undefined; phone?: string | undefined }): Contact {
  const contact: Contact = {};
  if (given.email !== undefined) contact.email = normalEmail(given.email) ?? wrong('email', 'one e-mail address');
  if (given.phone !== undefined) contact.phone = normalPhone(given.phone) ?? wrong('phone', 'one telephone number');
  return contact;
}

function wrong(name: string, expected: string): never {
  throw new Fault('invalid', `The parameter ${name} must be ${expected}.`, {
    code: 'value',
    expression: `Parameters.parameter.where(name='${name}')`,
  });
}

const current = (point: ContactPoint): boolean => point.use !== 'old';
const rank = (point: ContactPoint): number => point.rank ?? Infinity;
const sorted = (telecom: readonly ContactPoint[]): ContactPoint[] =>
  [...telecom].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));

/** The preferred usable addresses on record. */
export function contactOnRecord(telecom: readonly ContactPoint[] = []): Contact {
  const points = sorted(telecom.filter(current));
  const first = (system: string, normal: (text: string) => string | undefined): string | undefined =>
    points.flatMap(point => (point.system === system ? (normal(point.value ?? '') ?? []) : []))[0];
  const email = first('email', normalEmail);
  const phone = first('sms', normalPhone) ?? first('phone', normalPhone);
  return defined({ email, phone });
}

/** Whether one of the addresses is on record here. */
export function sharesContact(telecom: readonly ContactPoint[] = [], { email, phone }: Contact): boolean {
  return telecom.filter(current).some(({ system, value = '' }) => {
    if (system === 'email') return email !== undefined && normalEmail(value) === email;
    return (system === 'phone' || system === 'sms') && phone !== undefined && normalPhone(value) === phone;
  });
}

export function telecomOf({ email, phone }: Contact): ContactPoint[] {
  return [
    ...(email === undefined ? [] : [{ system: 'email' as const, value: email }]),
    ...(phone === undefined ? [] : [{ system: 'phone' as const, value: phone, use: 'mobile' as const }]),
  ];
}
