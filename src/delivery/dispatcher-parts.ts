/** What the dispatcher is made of. */
import type { Clock, Random } from '../fhir/clock.js';
import type { ListedDelivery } from '../portal/deliveries.js';
import type { Notice } from '../portal/effect.js';
import type { PeopleReader } from '../portal/recipient.js';
import type { Records, Store } from '../store/port.js';
import type { ChangeListener } from './changes.js';
import type { Channel } from './channels/channel.js';
import type { Outcome } from './delivery-record.js';
import type { NoticeLimit } from './notice-limit.js';
import type { Route, RouteSettings } from './route.js';
import type { Templates } from '../wording/templates.js';

export interface DispatcherParts {
  store: Pick<Store, 'commit'>;
  records: Pick<Records, 'get' | 'find' | 'lease' | 'write'>;
  /** The recipients of notices, as they are on record now. */
  people: PeopleReader;
  /** Whether a person who acts for a patient sees a resource now; left out: they do. */
  sees?: (person: string, about: string) => Promise<boolean>;
  channels: readonly Channel[];
  templates: Templates;
  /** The settings of the portal at this moment. */
  settings: () => Promise<RouteSettings>;
  /** Addresses of the pages that every notice leads to. */
  links: NoticeLinks;
  clock: Clock;
  random: Random;
  /** Milliseconds between looks at the outbox. */
  interval: number;
  /** Failed tries after which an entry is dead; those for which the channel was not reached do not count. */
  maxAttempts: number;
  /** Of notices to one person; by default there is none. */
  limit?: NoticeLimit;
  /** Takes up the changes that people make. */
  changed?: ChangeListener;
  /** Shows at a resource the state of the notices about it. */
  show?: (about: string, deliveries: readonly ListedDelivery[]) => Promise<void>;
  /** Gets the notices that nobody will receive, for the log. */
  lost?: (notice: LostNotice) => void;
  /** Gets the errors outside the channels, for the log. */
  report: (error: unknown) => void;
}

export interface NoticeLinks {
  /** Where the recipient unsubscribes from notices by this channel. */
  unsubscribe(effect: Notice, to: Pick<Route, 'channel' | 'address'>): string;
  /** Where the recipient of this notice reports that it was not meant for them. */
  misdirected(effect: Notice): string;
}

/** Holds no address, name or code. */
export interface LostNotice {
  readonly id: string;
  readonly event: string;
  readonly outcome: Outcome;
  readonly reason: string;
}
