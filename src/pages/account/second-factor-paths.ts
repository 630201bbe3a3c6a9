/** Where the second factor of a sign-in is asked for, and where those go whose sign-in is over. */
import { defined } from '../../fhir/defined.js';
import type { Answer, Visit } from './visit.js';

export const SECOND_FACTOR = '/sign-in/code';
export const SECOND_PASSKEY = '/second-passkey';
/** Where one is set up by somebody who must have one and has none. */
export const FACTOR_SET_UP = '/sign-in/set-up';

/** Back to the password. */
export const signInAgain = (visit: Visit, back: string | undefined): Answer => ({
  kind: 'go',
  to: visit.link('/sign-in', { after: 'over', ...defined({ return: back }) }),
});
