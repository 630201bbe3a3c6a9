/** The profile of a patient as plain values, as a form has them, and the record with other ones. What stays the same is not touched. */
import type { Address, ContactPoint, Extension, Patient, PatientCommunication } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { isMobile } from './contact.js';
import { languageOf } from './identity.js';

/** Texts, '' for what is not there. */
export interface ProfileValues {
  /** Of several lines. */
  readonly street: string;
  readonly city: string;
  readonly state: string;
  readonly postalCode: string;
  readonly country: string;
  readonly email: string;
  readonly mobile: string;
  /** BCP 47 */
  readonly language: string;
  /** A code of channel-preference. */
  readonly channel: string;
  /** `22:00` */
  readonly quietFrom: string;
  readonly quietUntil: string;
}

type Own = Pick<OwnCanonicals, 'structure'>;

const inUse = ({ use }: Pick<ContactPoint | Address, 'use'>): boolean => use !== 'old';
const isEmail = (point: ContactPoint): boolean => point.system === 'email' && inUse(point);
const isMobileInUse = (point: ContactPoint): boolean => isMobile(point) && inUse(point);

/** The one that is preferred. */
function preferred(telecom: readonly ContactPoint[], is: (point: ContactPoint) => boolean): ContactPoint | undefined {
  return telecom.filter(is).toSorted((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity) || 0)[0];
}

const addressIn = ({ address = [] }: Patient): Address | undefined =>
  address.find(({ use }) => use === 'home') ?? address.find(inUse);

const channelLine = (own: Own) => (one: Extension) =>
  one.url === own.structure('notice-channel') && !one.extension?.some(({ url }) => url === 'notice');
const quietLine = (own: Own) => (one: Extension) => one.url === own.structure('quiet-hours');

const partOf = (extension: Extension | undefined, url: string): Extension | undefined =>
  extension?.extension?.find(one => one.url === url);

export function profileValues(patient: Patient, own: Own): ProfileValues {
  const { telecom = [], extension = [] } = patient;
  const { line = [], city = '', state = '', postalCode = '', country = '' } = addressIn(patient) ?? {};
  const quiet = extension.find(quietLine(own));
  const hour = (url: string): string => partOf(quiet, url)?.valueTime?.slice(0, 5) ?? '';
  return {
    ...{ street: line.join('\n'), city, state, postalCode, country },
    email: preferred(telecom, isEmail)?.value ?? '',
    mobile: preferred(telecom, isMobileInUse)?.value ?? '',
    language: languageOf(patient) ?? '',
    channel: partOf(extension.find(channelLine(own)), 'channel')?.valueCode ?? '',
    ...{ quietFrom: hour('start'), quietUntil: hour('end') },
  };
}

/** The record with these values in place of those that it shows. */
export function withProfileValues(patient: Patient, values: ProfileValues, own: Own): Patient {
  const before = profileValues(patient, own);
  const same = (...names: readonly (keyof ProfileValues)[]): boolean => names.every(one => before[one] === values[one]);
  const { address = [], telecom = [], communication = [], extension = [], ...rest } = patient;
  const keepsAddress = same('street', 'city', 'state', 'postalCode', 'country');
  const email = same('email') ? telecom : withContact(telecom, isEmail, values.email, { system: 'email' });
  const mobile = { system: 'phone' as const, use: 'mobile' as const };
  const lists = {
    address: keepsAddress ? address : replaced(address, addressIn(patient), addressOf(values, addressIn(patient))),
    telecom: same('mobile') ? email : withContact(email, isMobileInUse, values.mobile, mobile),
    communication: same('language') ? communication : withLanguage(communication, values.language),
    extension: withPreferences(extension, values, own, same),
  };
  return { ...rest, ...defined(mapped(lists)) };
}

/** FHIR has no empty lists. */
const mapped = (lists: Readonly<Record<string, readonly unknown[]>>) =>
  Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.length === 0 ? undefined : list]));

/** The list with one value in place of another; undefined: without it, or at its end. */
function replaced<T>(list: readonly T[], old: T | undefined, next: T | undefined): T[] {
  const added = next === undefined ? [] : [next];
  if (old === undefined) return [...list, ...added];
  return list.flatMap(one => (one === old ? added : [one]));
}

function addressOf(values: ProfileValues, old: Address | undefined): Address | undefined {
  const text = (one: string): string | undefined => (one === '' ? undefined : one);
  const line = values.street.split(/\r?\n/).map(one => one.trim());
  const parts = defined({
    line: line.some(Boolean) ? line.filter(Boolean) : undefined,
    ...{ city: text(values.city), state: text(values.state), postalCode: text(values.postalCode) },
    country: text(values.country),
  });
  const isEmpty = Object.keys(parts).length === 0;
  return isEmpty ? undefined : { use: old?.use ?? 'home', ...defined({ type: old?.type }), ...parts };
}

function withContact(
  telecom: readonly ContactPoint[],
  is: (point: ContactPoint) => boolean,
  value: string,
  kind: Pick<ContactPoint, 'system' | 'use'>,
): ContactPoint[] {
  const old = preferred(telecom, is);
  const { system = kind.system, use = kind.use, rank } = old ?? {};
  return replaced(telecom, old, value === '' ? undefined : defined({ system, value, use, rank }));
}

/** The language as the preferred one; '': the one that was is taken out. */
function withLanguage(communication: readonly PatientCommunication[], code: string): PatientCommunication[] {
  const isOf = ({ language }: PatientCommunication) => language.coding?.some(one => one.code === code) === true;
  const others = communication.filter(one => one.preferred !== true && !isOf(one));
  if (code === '') return others;
  const language = communication.find(isOf)?.language ?? { coding: [{ system: 'urn:ietf:bcp:47', code }] };
  return [{ language, preferred: true }, ...others];
}

function withPreferences(
  extension: readonly Extension[],
  { channel, quietFrom, quietUntil }: ProfileValues,
  own: Own,
  same: (...names: readonly (keyof ProfileValues)[]) => boolean,
): Extension[] {
  const line = { url: own.structure('notice-channel'), extension: [{ url: 'channel', valueCode: channel }] };
  const channels = same('channel')
    ? [...extension]
    : replaced(extension, extension.find(channelLine(own)), channel === '' ? undefined : line);
  const old = channels.find(quietLine(own));
  const zone = partOf(old, 'time-zone');
  const times = [
    ...(quietFrom === '' ? [] : [{ url: 'start', valueTime: `${quietFrom}:00` }]),
    ...(quietUntil === '' ? [] : [{ url: 'end', valueTime: `${quietUntil}:00` }]),
  ];
  const quiet = { url: own.structure('quiet-hours'), extension: [...times, ...(zone ? [zone] : [])] };
  return same('quietFrom', 'quietUntil') ? channels : replaced(channels, old, times.length === 0 ? undefined : quiet);
}
