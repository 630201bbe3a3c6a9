/** The port of a contact channel: e-mail, text message, … */
import type { ContactChannel } from '../../portal/contact-channel.js';
import type { RenderedNotice } from '../../wording/rendered-notice.js';

export interface Message extends RenderedNotice {
  /** The same for every try of one notice, so that a receiver recognises duplicates. */
  id: string;
  /** One address. */
  to: string;
  /** Where the recipient unsubscribes with one request. https://www.rfc-editor.org/rfc/rfc8058 */
  unsubscribe?: string;
}

export type Sent =
  | { kind: 'sent' }
  /** Worth another try later. */
  | { kind: 'retry'; reason: string }
  /** Nothing is said about this message: the channel cannot be reached or does not serve now. Counts as no try. */
  | { kind: 'unreachable'; reason: string }
  /** Will never work: no such mailbox, refused for good. */
  | { kind: 'failed'; reason: string };

export interface Channel extends ContactChannel {
  /** Never rejects. `reason` holds no address and no content. */
  send(message: Message): Promise<Sent>;
  close(): Promise<void>;
}
