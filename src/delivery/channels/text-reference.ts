/** The names by which a gateway knows messages, kept for as long as it may call about them. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../fhir/clock.js';
import type { Records } from '../../store/port.js';

const KIND = 'text-reference';
/** Milliseconds: gateways give up long before. */
const REMEMBERED = 7 * 24 * 3600_000;

const idOf = (reference: string): string => createHash('sha256').update(reference).digest('hex');

/** @param message id that it was sent with */
export async function rememberReference(
  reference: string,
  message: string,
  { records, clock }: { records: Pick<Records, 'write'>; clock: Clock },
): Promise<void> {
  const expires = clock.now() + REMEMBERED;
  const document = { kind: KIND, id: idOf(reference), value: { message }, keys: {}, expires };
  await records.write({ op: 'put', document });
}

/** The id of the message that the gateway knows by this reference. */
export async function messageOf(
  reference: string,
  { records, clock }: { records: Pick<Records, 'get'>; clock: Clock },
): Promise<string | undefined> {
  const found = await records.get(KIND, idOf(reference), clock.now());
  return found && String(found.value['message']);
}
