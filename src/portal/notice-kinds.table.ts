/** The events that people are notified of; each has its template (templates/{language}/{event}.liquid) and its code in notice-kind. */
import type { ProxyFunction } from '../fhir/proxy-basis.table.js';

export interface NoticeKind {
  /** It is of use at once: quiet hours do not hold it. */
  readonly urgent?: true;
  /** The safety of an account depends on it: it goes by e-mail whatever the person has set or unsubscribed from. */
  readonly essential?: true;
  /** What a proxy must do for the patient to be told. */
  readonly needs?: ProxyFunction;
}

export const noticeKinds = {
  invitation: { urgent: true },
  enrolled: {},
  activation: { urgent: true, essential: true },
  'contact-differs': { essential: true },
  'contact-changed': { urgent: true, essential: true },
  'new-message': { needs: 'messages' },
  // The answer to HELP.
  'text-help': { urgent: true },
  'sign-in-code': { urgent: true, essential: true },
  'password-code': { urgent: true, essential: true },
  'address-code': { urgent: true, essential: true },
  'link-code': { urgent: true, essential: true },
  'user-name': { urgent: true, essential: true },
  'password-changed': { urgent: true, essential: true },
  'address-changed': { urgent: true, essential: true },
  'factor-changed': { urgent: true, essential: true },
  'account-closed': { urgent: true, essential: true },
  'proxy-invitation': { urgent: true },
  'proxy-linked': { essential: true },
  'proxy-narrowed': { essential: true },
  'proxy-ended': { essential: true },
  'app-access-ended': { urgent: true, essential: true },
  'record-opened': { essential: true, needs: 'read-record' },
  'passkey-blocked': { urgent: true, essential: true },
  'factor-reset': { urgent: true, essential: true },
  'work-overdue': {},
  'file-refused': { needs: 'messages' },
  'session-ended': { urgent: true, essential: true },
} as const satisfies Readonly<Record<string, NoticeKind>>;

export type NoticeEvent = keyof typeof noticeKinds;

export const noticeKindOf = (event: NoticeEvent): NoticeKind => noticeKinds[event];
