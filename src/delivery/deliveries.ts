/** The deliveries that the records of the outbox hold, as administrators see them. */
import type { Clock } from '../fhir/clock.js';
import { holds } from '../fhir/period.js';
import type { Deliveries, DeliveryFilter, ListedDelivery } from '../portal/deliveries.js';
import type { Records } from '../store/port.js';
import { deliveriesAbout, deliveriesIn, sentAgain } from './delivery-record.js';
import { channelQueue, OUTBOX } from './outbox.js';

/** The kinds of records of entries that wait. */
export const queuesOf = (channels: readonly { readonly name: string }[]): string[] => [
  OUTBOX,
  ...channels.map(({ name }) => channelQueue(name)),
];

export const createDeliveries = (
  records: Pick<Records, 'get' | 'find'>,
  clock: Clock,
  channels: readonly { readonly name: string }[],
): Deliveries => ({
  async list(filter, limit) {
    const { about, states } = filter;
    const queues = queuesOf(channels);
    const now = clock.now();
    const isAsked = matcher(filter);
    if (about !== undefined) {
      const all = await deliveriesAbout(about, queues, records, now);
      return all.filter(isAsked).slice(0, limit);
    }
    const found = await Promise.all(states.map(state => deliveriesIn(state, queues, records, now, { limit, isAsked })));
    return found.flat().slice(0, limit);
  },
  again: id => sentAgain(id, records, clock.now()),
});

const matcher =
  ({ states, channel, within }: DeliveryFilter) =>
  (one: ListedDelivery): boolean =>
    states.includes(one.outcome) &&
    (channel === undefined || one.channel === channel) &&
    (within === undefined || holds(within, one.at));
