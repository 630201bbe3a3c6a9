/** What the pages of the Workbench have in common. */
import type { OwnCanonicals } from '../../fhir/own-canonicals.js';
import type { StaffRole } from '../../fhir/staff-roles.js';
import type { ClientAdministration } from '../../identity/authorization-server/client-administration.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import type { Sessions } from '../../identity/sessions/sessions.js';
import type { PlainKey } from '../../texts/words.js';
import type { Answer, Fields, FormPage, Received, Uploads, Visit } from '../account/visit.js';
import type { Desk } from './desk.js';
import type { Live } from './live.js';

export interface WorkbenchParts {
  readonly sessions: Sessions;
  readonly desk: Desk;
  readonly own: OwnCanonicals;
  /** IANA name of the zone that instants are shown in. */
  readonly timeZone: () => Promise<string>;
  /** Path of the portal's FHIR base, under which attachments are opened. */
  readonly base: string;
  readonly live: Live;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly settings: () => Promise<DeskSettings>;
  readonly clients: ClientAdministration;
}

/** Settings of the portal, at this moment. */
export interface DeskSettings {
  /** Years of age from which parents no longer act. */
  readonly 'proxy-age': number;
  readonly 'attachment-megabytes': number;
  readonly 'attachments-of-message': number;
}

/** What a page shows or does for the member of staff who is signed in. */
export type Work = (visit: Visit, who: SignedIn, fields: Fields, parts: WorkbenchParts) => Answer | Promise<Answer>;

/** What it does with the files of its form besides. */
export type WorkWithFiles = (
  visit: Visit,
  who: SignedIn,
  fields: Fields,
  parts: WorkbenchParts,
  files: readonly Received[],
) => Answer | Promise<Answer>;

export interface StaffPage extends Pick<FormPage, 'path' | 'keeps' | 'isLong'> {
  /** Pages ask for it by themselves: that is no use of the session. */
  readonly isBackground?: true;
  readonly show?: Work;
  readonly take?: WorkWithFiles;
  /** Its form carries files, which become Binaries of whoever sends it, or what the page makes of them. */
  readonly takesFiles?: true | Uploads;
}

/** A tab of the Workbench, and the pages below it. */
export interface Section {
  /** Where the tab leads: the path of the first of its pages. */
  readonly path: string;
  readonly word: PlainKey;
  /** Who is shown the tab; absent: all staff. A courtesy: the endpoint alone decides what anybody sees or does. */
  readonly roles?: readonly StaffRole[];
  readonly pages: readonly StaffPage[];
}

export const WORKBENCH = '/workbench';
export const ITEM = `${WORKBENCH}/item`;
/** A new message to a patient. */
export const MESSAGE = `${WORKBENCH}/message`;

export const isStaff = ({ account }: SignedIn): boolean => account.startsWith('Practitioner/');

/** Instants as the reader writes them, in the zone of the portal. */
export const timesOf = async (
  { frame }: Visit,
  { timeZone }: Pick<WorkbenchParts, 'timeZone'>,
): Promise<Intl.DateTimeFormat> =>
  new Intl.DateTimeFormat(frame.words.language, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: await timeZone(),
  });

/** The answer to a form, where the links to other languages lead back to the page of what it changed. */
export const backTo = (page: string, keeps: readonly string[] = ['id']): Pick<StaffPage, 'keeps' | 'show'> => ({
  keeps,
  show: ({ link }, _who, query) => ({
    kind: 'go',
    to: link(page, Object.fromEntries(keeps.map(name => [name, query(name)]))),
  }),
});
