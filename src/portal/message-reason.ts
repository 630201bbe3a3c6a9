/** Reasons of messages: people choose from a list that the configuration sets; systems may have codes of their own. */
import type { Communication } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';

/** Fault `unprocessable` for a reason that is none of these codes of message-reason. */
export function refuseOtherReasons(
  { reasonCode = [] }: Communication,
  listed: readonly string[],
  own: Pick<OwnCanonicals, 'hasCode'>,
): void {
  const at = reasonCode.findIndex(reason => !listed.some(code => own.hasCode([reason], 'message-reason', code)));
  if (at < 0) return;
  throw new Fault('unprocessable', 'The reason is none of those that the organization lists (message-reason).', {
    expression: `Communication.reasonCode[${at}]`,
  });
}
