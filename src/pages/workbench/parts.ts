/** What the pages of the Workbench have in common. */
import type { SignedIn } from '../../identity/sessions/session.js';
import type { Sessions } from '../../identity/sessions/sessions.js';
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
