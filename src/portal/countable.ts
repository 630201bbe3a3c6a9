/** The tag of a message that says whether it counts in the organization's figures; the server alone writes it. */
import type { Coding, Communication } from 'fhir/r4.js';
import { isCountable, messageCount } from '../fhir/message-count.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';

const SYSTEM = 'message-count';

const tagsOf = ({ meta }: Communication): readonly Coding[] => meta?.tag ?? [];

/** The message with this tag alone of the server's own, if any. */
function tagged<M extends Communication>(message: M, own: OwnCanonicals, count: Coding | undefined): M {
  const tags = tagsOf(message);
  const tag = [...tags.filter(({ system }) => system !== own.codeSystem(SYSTEM)), ...(count ? [count] : [])];
  if (tag.length === 0 && tags.length === 0) return message;
  const { tag: _before, ...meta } = message.meta ?? {};
  return { ...message, meta: tag.length === 0 ? meta : { ...meta, tag } };
}

/** The message without the tag. */
export const uncounted = <M extends Communication>(message: M, own: OwnCanonicals): M =>
  tagged(message, own, undefined);

/** A message that is sent, with the tag. */
export function counted<M extends Communication>(message: M, own: OwnCanonicals): M {
  const { sender, recipient = [] } = message;
  const recipients = recipient.map(({ reference = '' }) => reference);
  const counts = isCountable(messageCount(sender?.reference ?? '', recipients, undefined));
  return tagged(message, own, { system: own.codeSystem(SYSTEM), code: counts ? 'countable' : 'not-countable' });
}

/** The message with the tag that it had before, or with none. */
export const countedAs = <M extends Communication>(message: M, before: Communication, own: OwnCanonicals): M =>
  tagged(
    message,
    own,
    tagsOf(before).find(({ system }) => system === own.codeSystem(SYSTEM)),
  );
