/** The deliveries that the records of the outbox hold, as administrators see them. */
import type { Clock } from '../fhir/clock.js';
import type { Deliveries } from '../portal/deliveries.js';
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
  async list({ about, states }, limit) {
    const queues = queuesOf(channels);
    const now = clock.now();
    if (about !== undefined) {
      const all = await deliveriesAbout(about, queues, records, now);
      return all.filter(({ outcome }) => states.includes(outcome)).slice(0, limit);
    }
    const found = await Promise.all(states.map(state => deliveriesIn(state, queues, records, now, limit)));
    return found.flat().slice(0, limit);
  },
  again: id => sentAgain(id, records, clock.now()),
});
