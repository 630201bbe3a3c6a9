/**
 * How many notices of one kind a person gets in a window of time: whoever makes a server send may not flood a mailbox with it.
 * The count is a private record, which all processes share. It holds no address.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../fhir/clock.js';
import { wonRace } from '../fhir/fault.js';
import type { Notice } from '../portal/effect.js';
import type { Records } from '../store/port.js';

export interface NoticeLimit {
  /** Notices within one window. */
  readonly most: number;
  /** Milliseconds. */
  readonly window: number;
}

const KIND = 'notice-count';
/** Races lost to other workers until a notice is let through uncounted. */
const RACES = 50;

/**
 * Counts a notice that is about to be sent, and resolves with whether it is within the limit.
 * @param address counts in place of the person who is not on record yet
 */
export async function withinLimit(
  { event, persons }: Notice,
  address: string,
  { most, window }: NoticeLimit,
  { records, clock }: { records: Pick<Records, 'get' | 'write'>; clock: Clock },
): Promise<boolean> {
  const begun = Math.floor(clock.now() / window) * window;
  const person = persons[0]?.reference ?? address;
  const id = createHash('sha256').update(`${event} ${person} ${begun}`).digest('hex');
  for (let race = 0; race < RACES; race++) {
    const found = await records.get(KIND, id, clock.now());
    const count = Number(found?.value['count'] ?? 0);
    if (count >= most) return false;
    const document = { kind: KIND, id, value: { count: count + 1 }, keys: {}, expires: begun + 2 * window };
    if (await wonRace(records.write({ op: 'put', document, expect: found?.version ?? 0 }))) return true;
  }
  return true;
}
