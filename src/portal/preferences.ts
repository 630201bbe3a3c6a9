/** How a person wants to be notified: extensions of their Patient, or of the account of a person without a record. */
import type { Extension, Patient, Person } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import type { Issue } from '../fhir/fault.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { NoticeEvent } from './notice-kinds.table.js';
import { isTimeZone, minutesOf, type QuietHours } from './quiet-hours.js';

type ChannelName = 'email' | 'sms';
/** A code of channel-preference. */
type Choice = 'none' | ChannelName | 'both';

export interface Preferences {
  /** The channels of a kind of notice; empty: none of it; undefined: the first that leads to the person. */
  channels(event: NoticeEvent): readonly ChannelName[] | undefined;
  /** Channels by which nothing goes. */
  readonly optedOut: ReadonlySet<string>;
  readonly quiet?: QuietHours;
}

type Holder = Pick<Patient | Person, 'extension'>;
type Own = Pick<OwnCanonicals, 'structure'>;

const CHANNELS: Readonly<Record<Choice, readonly ChannelName[]>> = {
  none: [],
  email: ['email'],
  sms: ['sms'],
  both: ['email', 'sms'],
};

/** Names of the extensions. */
export const PREFERENCES = ['notice-channel', 'quiet-hours', 'opt-out'] as const;

const called = ({ extension = [] }: Holder, name: (typeof PREFERENCES)[number], own: Own): Extension[] =>
  extension.filter(({ url }) => url === own.structure(name));

const part = ({ extension = [] }: Extension, url: string): Extension | undefined =>
  extension.find(one => one.url === url);

/** Those of nobody in particular. */
export const noPreferences: Preferences = { channels: () => undefined, optedOut: new Set() };

export function preferencesOf(holder: Holder, own: Own): Preferences {
  const lines = called(holder, 'notice-channel', own);
  const choices = new Map(lines.map(line => [part(line, 'notice')?.valueCode, part(line, 'channel')?.valueCode]));
  const optedOut = new Set(called(holder, 'opt-out', own).flatMap(({ valueCode }) => valueCode ?? []));
  const quiet = quietOf(called(holder, 'quiet-hours', own)[0]);
  return {
    channels: event => CHANNELS[(choices.get(event) ?? choices.get(undefined)) as Choice],
    optedOut,
    ...defined({ quiet }),
  };
}

function quietOf(extension: Extension | undefined): QuietHours | undefined {
  const [start, end] = ['start', 'end'].map(name => extension && part(extension, name)?.valueTime);
  if (!extension || start === undefined || end === undefined) return undefined;
  const timeZone = part(extension, 'time-zone')?.valueCode;
  return { start: minutesOf(start), end: minutesOf(end), ...defined({ timeZone }) };
}

/** The record with one more channel by which nothing goes, or without it. */
export function withOptOut<H extends Holder>(holder: H, channel: string, out: boolean, own: Own): H {
  const url = own.structure('opt-out');
  const others = (holder.extension ?? []).filter(one => one.url !== url || one.valueCode !== channel);
  const extension = out ? [...others, { url, valueCode: channel }] : others;
  const { extension: _before, ...rest } = holder;
  return (extension.length === 0 ? rest : { ...rest, extension }) as H;
}

/** What is wrong with preferences that hold to their definitions, each with its FHIRPath. */
export function preferenceIssues(holder: Patient | Person, own: Own): Issue[] {
  const { extension = [], resourceType } = holder;
  const seen = new Set<string>();
  return extension.flatMap((one, at) => {
    const place = `${resourceType}.extension[${at}]`;
    if (one.url === own.structure('quiet-hours')) return quietIssues(one, place, seen);
    if (one.url === own.structure('notice-channel')) return repeated(part(one, 'notice')?.valueCode ?? '', place, seen);
    return [];
  });
}

function quietIssues(extension: Extension, place: string, seen: Set<string>): Issue[] {
  const at = (extension.extension ?? []).findIndex(({ url }) => url === 'time-zone');
  const zone = extension.extension?.[at]?.valueCode;
  const known = zone === undefined || isTimeZone(zone);
  const wrong = known ? [] : [issue('A time zone is named as Europe/Berlin is.', `${place}.extension[${at}].value`)];
  return [...wrong, ...repeated('quiet-hours', place, seen)];
}

function repeated(name: string, place: string, seen: Set<string>): Issue[] {
  if (seen.has(name)) return [issue('A preference is stated once.', place)];
  seen.add(name);
  return [];
}

const issue = (diagnostics: string, expression: string): Issue => ({
  severity: 'error',
  code: 'business-rule',
  diagnostics,
  expression,
});
