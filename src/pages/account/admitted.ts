/** Where somebody goes who has proved who they are, or not. */
import { defined } from '../../fhir/defined.js';
import type { SignInOutcome } from '../../identity/accounts/sign-in.js';
import { SECOND_FACTOR } from './second-factor-paths.js';
import { throttled, type Problem } from './throttled.js';
import type { Answer, Visit } from './visit.js';

/**
 * @param back the page that waits for the sign-in
 * @param wrong text for those whose proof was not good
 */
export function admitted(
  visit: Visit,
  outcome: SignInOutcome,
  back: string | undefined,
  wrong: string,
): Answer | (Problem & { readonly kind: 'problem' }) {
  const kept = defined({ return: back });
  switch (outcome.kind) {
    case 'signed-in':
      return { kind: 'go', to: back ?? visit.link('/account'), cookies: [outcome.cookie] };
    case 'second-factor':
      return { kind: 'go', to: visit.link(SECOND_FACTOR, kept), cookies: [outcome.cookie] };
    case 'refused':
      return { kind: 'problem', status: 401, problem: wrong };
    case 'dormant':
      return { kind: 'problem', status: 403, problem: visit.words.dormant };
    case 'wait':
      return { kind: 'problem', ...throttled(visit.t, outcome.wait) };
  }
}
