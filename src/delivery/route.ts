/** The routes of a notice: channel, address and language at the moment of sending, or why and until when there are none. */
import type { Communication } from 'fhir/r4.js';
import type { Address } from '../portal/contact-channel.js';
import { defined } from '../fhir/defined.js';
import type { Concerned, Notice } from '../portal/effect.js';
import { noticeKindOf } from '../portal/notice-kinds.table.js';
import { endOfQuiet } from '../portal/quiet-hours.js';
import { reachOf } from '../portal/reach.js';
import type { AgeSettings } from '../fhir/proxy-standing.js';
import { recipientOf, type PeopleReader } from '../portal/recipient.js';
import type { Channel } from './channels/channel.js';
import type { NoticeSettings } from '../wording/templates.js';

export interface Route extends Address<Channel> {
  /** BCP 47; undefined: the default. */
  readonly language?: string;
  /** Of the patient concerned. */
  readonly given?: string;
}

/** There is no route. `withheld` is final; a `dead` delivery can be sent again once there is an address or a channel. */
export interface NoRoute {
  readonly outcome: 'withheld' | 'dead';
  readonly reason: string;
}

/** The person is to be left in peace until then: milliseconds since the epoch. */
export interface Held {
  readonly until: number;
}

export interface RouteParts {
  readonly channels: readonly Channel[];
  readonly people: PeopleReader;
  readonly settings: () => Promise<RouteSettings>;
  readonly sees?: (person: string, about: string) => Promise<boolean>;
}

/** With the switches of the portal. */
export type RouteSettings = NoticeSettings & AgeSettings & Readonly<Partial<Record<string, unknown>>>;

/**
 * The routes of a notice for one person: one, or by each channel that the person prefers.
 * @param now milliseconds since the epoch
 */
export async function routesOf(
  notice: Notice,
  { channels, people, settings, sees }: RouteParts,
  now: number,
): Promise<readonly Route[] | NoRoute | Held> {
  const { event, persons, channels: wanted, language: stated, governedBy, about } = notice;
  const [person = {}] = persons;
  const shown = await settings();
  if (governedBy !== undefined && shown[governedBy] === false) return { outcome: 'withheld', reason: 'switched off' };
  const recipient = await recipientOf(person, people, {
    now,
    ages: shown,
    ...noticeKindOf(event),
  });
  if ('withheld' in recipient) return { outcome: 'withheld', reason: recipient.withheld };
  if (await isRetracted(about, people)) return { outcome: 'withheld', reason: 'retracted' };
  if (await isHidden(person, about, sees)) return { outcome: 'withheld', reason: 'not for them to see' };
  const reach = await reachOf(event, recipient, channels, wanted, people);
  if ('outcome' in reach) return reach;
  const { preferences, language = stated, given } = recipient;
  const until = noticeKindOf(event).urgent ? undefined : endOfQuiet(preferences.quiet, now, shown['time-zone']);
  if (until !== undefined) return { until };
  return reach.map(address => ({ ...address, ...defined({ language, given }) }));
}

/** A message that its sender took back before anybody was told of it. */
const isRetracted = async (about: string, people: PeopleReader): Promise<boolean> =>
  about.startsWith('Communication/') &&
  (await people.get<Communication>(about))?.resource.status === 'entered-in-error';

/** Of a message that a proxy does not see, by its labels or a Consent, they are not told either. */
const isHidden = async ({ reference = '' }: Concerned, about: string, sees: RouteParts['sees']): Promise<boolean> =>
  sees !== undefined &&
  reference.startsWith('RelatedPerson/') &&
  about.startsWith('Communication/') &&
  !(await sees(reference, about));
