/**
 * What a channel learns of a notice after it was sent: whether it arrived. A call of a gateway asks for it in a record, which waits
 * where the notice is not ended yet.
 */
import type { Clock } from '../fhir/clock.js';
import { wonRace } from '../fhir/fault.js';
import type { Document, DocumentChange, Records, Store } from '../store/port.js';
import { messageOf } from './channels/text-reference.js';
import { arrived, removal, type Arrival } from './delivery-record.js';

/** The kind of the records. */
export const STATUSES = 'delivery-status';

/** Of a delivery by its id, or by the gateway's own of the message. */
export interface DeliveryStatus extends Arrival {
  readonly id?: string;
  readonly reference?: string;
}

/** Milliseconds: a notice whose end is not written by then never gets one. */
const WAITED = 3600_000;
const PAUSE = 30_000;

/** Asks for the status to be noted. The same again changes nothing. */
export function statusDue(status: DeliveryStatus, now: number): DocumentChange {
  const { id = '', reference = '', state } = status;
  const name = Buffer.from(`${id} ${reference} ${state}`).toString('base64url').slice(0, 200);
  return {
    op: 'put',
    document: { kind: STATUSES, id: name, value: { ...status }, keys: {}, due: now, expires: now + WAITED },
  };
}

interface StatusParts {
  records: Pick<Records, 'get'>;
  store: Pick<Store, 'commit'>;
  clock: Clock;
}

/** Races with other statuses of the same delivery. */
const RACES = 5;

/** Writes the status into the record of its delivery, or waits until there is one. */
export async function noteStatus(document: Document, parts: StatusParts): Promise<void> {
  for (let race = 1; race < RACES; race++) if (await tryToNote(document, parts)) return;
  // Another process has noted it by now, or the end of the lease brings it back.
}

/** Resolves with whether nobody was faster. */
async function tryToNote(document: Document, parts: StatusParts): Promise<boolean> {
  const { records, store, clock } = parts;
  const { reference, ...status } = document.value as unknown as DeliveryStatus;
  const id = status.id ?? (reference === undefined ? undefined : await messageOf(reference, parts));
  const noted = id === undefined ? undefined : await arrived(id, status, records, clock.now());
  const { version: expect, ...rest } = document;
  const waiting: DocumentChange = { op: 'put', document: { ...rest, due: clock.now() + PAUSE }, expect };
  return wonRace(store.commit({ documents: noted ? [removal(document), ...noted] : [waiting] }));
}
