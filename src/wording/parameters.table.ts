/** The parameters that the wordings of notices may show, by event. None of them ever holds health information. */
import type { NoticeEvent } from '../portal/notice-kinds.table.js';

export interface Parameter {
  /** One sentence, for those who write wordings. */
  readonly about: string;
  /** For previews and checks. */
  readonly sample: string;
  /** Opens an account or ends an invitation: never in a subject, which screens show while they are locked. */
  readonly secret?: true;
  /** It may be empty. */
  readonly optional?: true;
}

export type Parameters = Readonly<Record<string, Parameter>>;

/** Of all events. */
const common: Parameters = {
  given: { about: 'Given name of the patient; `given | initial` shows its initial.', sample: 'Dana', optional: true },
  organization: { about: 'Name of the organization.', sample: 'Riverside Health' },
  telephone: { about: 'Telephone number of the help desk.', sample: '+1 555 0100', optional: true },
  help: { about: 'Address of the page with help.', sample: 'https://clinic.example.org/help', optional: true },
  accent: { about: 'Color of links and buttons.', sample: '#17595a' },
  preferences: {
    about: 'Link by which the reader chooses how they are notified.',
    sample: 'https://portal.example.org/preferences',
    secret: true,
  },
  misdirected: {
    about: 'Link by which a reader reports that the notice was not meant for them.',
    sample: 'https://portal.example.org/not-for-me',
    secret: true,
  },
};

const portalLink: Parameters = {
  link: { about: 'Link to the page of the portal.', sample: 'https://portal.example.org/messages' },
};

const coded = (page: string): Parameters => ({
  link: {
    about: 'Link to the page of the portal, with the code.',
    sample: `https://portal.example.org/${page}#ABCD-EFGH`,
    secret: true,
  },
  code: { about: 'The code itself.', sample: 'ABCD-EFGH', secret: true },
  until: { about: 'Instant of its end; `until | day` shows the day.', sample: '2030-01-31T12:00:00Z' },
});

/** A code that is good for a few minutes. */
const shortCode: Parameters = { code: { about: 'The code.', sample: '123 456', secret: true } };

const own: Readonly<Record<NoticeEvent, Parameters>> = {
  invitation: { ...coded('invitation'), topic: { about: 'Topic of the invitation.', sample: 'visit', optional: true } },
  activation: coded('activation'),
  enrolled: portalLink,
  'new-message': portalLink,
  'contact-differs': {},
  'text-help': {},
  'sign-in-code': shortCode,
  'password-code': shortCode,
  'address-code': shortCode,
  'link-code': shortCode,
  'user-name': { names: { about: 'The user names of the address.', sample: 'dana.w', secret: true } },
  'password-changed': {},
  'address-changed': {},
  'contact-changed': {},
  'factor-changed': {},
  'account-closed': {},
  'proxy-invitation': coded('proxy-invitation'),
  'record-opened': {},
  'proxy-linked': {},
  'proxy-narrowed': {},
  'proxy-ended': {},
  'app-access-ended': {},
  'passkey-blocked': {},
  'factor-reset': {},
  'session-ended': {},
  'file-refused': {},
  'work-overdue': { link: { about: 'Link to the Workbench.', sample: 'https://portal.example.org/workbench' } },
};

export const isEvent = (event: string): event is NoticeEvent => Object.hasOwn(own, event);

export const parametersOf = (event: NoticeEvent): Parameters => ({ ...common, ...own[event] });
