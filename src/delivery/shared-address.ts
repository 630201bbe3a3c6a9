/**
 * An event reaches an address once, though several persons whom it concerns share it. The first of them to be sent to takes it;
 * the record of that holds no address.
 */
import { createHash } from 'node:crypto';
import { wonRace } from '../fhir/fault.js';
import type { Clock } from '../fhir/clock.js';
import type { Records } from '../store/port.js';
import type { OutboxEntry } from './outbox.js';
import type { Route } from './route.js';

const KIND = 'notice-address';
/** Milliseconds: longer than a notice waits. */
const KEPT = 90 * 24 * 3600_000;

/** Whether this delivery is the one that goes to the address. A later try of it is. */
export async function takesAddress(
  id: string,
  { event }: Pick<OutboxEntry, 'event'>,
  { channel, address }: Route,
  { records, clock }: { records: Pick<Records, 'get' | 'write'>; clock: Clock },
): Promise<boolean> {
  if (event === undefined) return true;
  const name = createHash('sha256').update(`${event} ${channel.name} ${address}`).digest('hex');
  const document = { kind: KIND, id: name, value: { by: id }, keys: {}, expires: clock.now() + KEPT };
  if (await wonRace(records.write({ op: 'put', document, expect: 0 }))) return true;
  return (await records.get(KIND, name, clock.now()))?.value['by'] === id;
}
