/** What the pages of the Workbench have in common. */
import type { SignedIn } from '../../identity/sessions/session.js';
import type { Sessions } from '../../identity/sessions/sessions.js';
import type { Visit } from '../account/visit.js';
import type { Desk } from './desk.js';

export interface WorkbenchParts {
  readonly sessions: Sessions;
  readonly desk: Desk;
  /** IANA name of the zone that instants are shown in. */
  readonly timeZone: () => Promise<string>;
  /** Path of the portal's FHIR base, under which attachments are opened. */
  readonly base: string;
}

export const WORKBENCH = '/workbench';
export const ITEM = `${WORKBENCH}/item`;

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
