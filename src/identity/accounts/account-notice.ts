/** Notices about an account, as they are queued. They go to the address that its person has proved, else to that of the record. */
import { defined } from '../../fhir/defined.js';
import type { Effect } from '../../portal/effect.js';
import type { NoticeEvent } from '../../portal/notice-kinds.table.js';
import type { IssuedCode } from './one-time-code.js';

export interface AccountNotice {
  readonly event: NoticeEvent;
  /** `Person/1` */
  readonly account: string;
  /** An e-mail address, in place of what is on record. */
  readonly address?: string | undefined;
  readonly parameters?: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly expires?: number;
}

export const accountNotice = ({ event, account, address, parameters = {}, expires }: AccountNotice): Effect => ({
  kind: 'notice',
  event,
  about: account,
  persons: [address === undefined ? { reference: account } : { contact: { email: address } }],
  parameters: { given: '', ...parameters },
  ...defined({ expires }),
});

/** Brings a one-time code; it is not sent once the code is over. */
export const codeNotice = (
  about: Pick<AccountNotice, 'event' | 'account' | 'address'>,
  { code, until }: Pick<IssuedCode, 'code' | 'until'>,
): Effect => accountNotice({ ...about, parameters: { code }, expires: until });
