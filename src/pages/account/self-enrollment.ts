/** Enrollment without an invitation, where the organization allows it. */
import type { AskOutcome } from '../../identity/accounts/recovery.js';
import type { StatedFacts } from '../../identity/accounts/self-enrollment.js';
import type { Visitor } from '../../identity/limits/visitor.js';
import { html } from '../html.js';
import { alert, field, heading, submit } from './fields.js';
import { throttled, type Problem } from './throttled.js';
import type { Answer, FormPage, Visit } from './visit.js';

export interface SelfEnrollmentPageParts {
  /** Whether the organization allows it. */
  readonly mayEnroll: () => Promise<boolean>;
  /** Undefined: the facts are incomplete. */
  readonly askEnrollment: (visitor: Visitor, facts: StatedFacts) => Promise<AskOutcome | undefined>;
}

export const SELF_ENROLLMENT = '/self-enrollment';

const NOTHING: StatedFacts = { family: '', given: '', birthDate: '', email: '' };

export const selfEnrollmentPage = ({ mayEnroll, askEnrollment }: SelfEnrollmentPageParts): FormPage => ({
  path: SELF_ENROLLMENT,
  show: async visit => ((await mayEnroll()) ? shown(visit) : missing(visit)),
  async take(visit, fields) {
    if (!(await mayEnroll())) return missing(visit);
    const facts: StatedFacts = {
      ...{ family: fields('family'), given: fields('given') },
      ...{ birthDate: fields('birthDate'), email: fields('email') },
    };
    const { words } = visit;
    const outcome = await askEnrollment(visit, facts);
    if (!outcome) return shown(visit, { status: 422, problem: words.badFacts }, facts);
    if (outcome.kind === 'wait') return shown(visit, throttled(visit.t, outcome.wait), facts);
    return { kind: 'page', title: words.askedTitle, content: heading(words.askedTitle, words.enrollmentAsked) };
  },
});

/** A page that is not there for now. */
export const missing = ({ words }: Visit): Answer => ({
  ...{ kind: 'page', status: 404, title: words.notFound },
  content: heading(words.notFound, words.notFoundWhy),
});

function shown({ words, form }: Visit, { problem, ...how }: Problem = {}, facts: StatedFacts = NOTHING): Answer {
  const { family, given, birthDate, email } = facts;
  const content = html`${heading(words.enrollTitle, words.enrollWhy)} ${alert(problem)}
  ${form(
    SELF_ENROLLMENT,
    html`${field({ name: 'family', label: words.familyName, autocomplete: 'family-name', value: family, most: 100 })}
    ${field({ name: 'given', label: words.givenName, autocomplete: 'given-name', value: given, most: 100 })}
    ${field({ name: 'birthDate', label: words.birthDate, type: 'date', autocomplete: 'bday', value: birthDate })}
    ${field({ name: 'email', label: words.email, type: 'email', autocomplete: 'email', value: email, most: 254 })}
    ${submit(words.next)}`,
  )}`;
  return { kind: 'page', title: words.enrollTitle, content, ...how };
}
