/** The pages on the way to an identity provider and back. */
import { defined } from '../../fhir/defined.js';
import type { Arrival, ArrivalOutcome } from '../../identity/providers/arrival.js';
import type { Purpose } from '../../identity/providers/authentication-request.js';
import type { Departure } from '../../identity/providers/departure.js';
import type { ProviderFailure } from '../../identity/providers/provider-error.js';
import type { Linked } from '../../identity/providers/linking.js';
import type { Visitor } from '../../identity/limits/visitor.js';
import { html } from '../html.js';
import { heading } from './fields.js';
import { EXTERNAL, UNLINKED } from './provider-buttons.js';
import { returnTo } from './return-to.js';
import { SECOND_FACTOR } from './second-factor-paths.js';
import { missing } from './self-enrollment.js';
import { ACCOUNT } from './settings-parts.js';
import { SAVED } from './methods.js';
import { throttled, type Problem } from './throttled.js';
import type { Answer, Fields, FormPage, Visit } from './visit.js';

export interface ExternalPageParts {
  /** The keys of all providers, whose callbacks are served, each with its path. */
  readonly callbacks: ReadonlyMap<string, string>;
  /** What people call a provider. @param language BCP 47 */
  readonly providerName: (key: string, language: string) => string;
  readonly depart: (
    visitor: Visitor,
    to: { readonly key: string; readonly purpose: Purpose; readonly language: string },
  ) => Promise<Departure>;
  readonly arrive: (visitor: Visitor, key: string, answer: URLSearchParams) => Promise<Arrival>;
}

export const externalPages = (parts: ExternalPageParts): FormPage[] => [
  {
    path: EXTERNAL,
    show: visit => ({ kind: 'go', to: visit.link('/sign-in') }),
    async take(visit, fields) {
      const purpose = purposeOf(fields);
      return purpose ? departing(visit, fields('provider'), purpose, parts) : missing(visit);
    },
  },
  ...[...parts.callbacks].map(([key, path]): FormPage => ({
    path,
    async show(visit, query) {
      const arrival = await parts.arrive(visit, key, answerOf(query));
      return arrived(visit, arrival, parts.providerName(key, visit.frame.words.language));
    },
  })),
];

function purposeOf(fields: Fields): Purpose | undefined {
  const entrance = fields('entrance');
  switch (fields('purpose')) {
    case 'sign-in':
      return { kind: 'sign-in', back: returnTo(fields('return')), isFresh: fields('fresh') !== '' };
    case 'entrance':
      if (entrance !== 'invitation' && entrance !== 'activation') return undefined;
      return { kind: 'entrance', entrance, code: fields('code'), birthDate: fields('birthDate') };
    default:
      return undefined;
  }
}

/**
 * The browser goes on by itself: a redirect behind the form would need a policy that lets its form lead anywhere.
 * https://www.w3.org/TR/CSP3/#directive-form-action
 */
export async function departing(
  visit: Visit,
  key: string,
  purpose: Purpose,
  { depart, providerName }: ExternalPageParts,
): Promise<Answer> {
  const { t, frame } = visit;
  const { language } = frame.words;
  const departure = await depart(visit, { key, purpose, language });
  const name = providerName(key, language);
  switch (departure.kind) {
    case 'leave': {
      const title = t('withProvider', { name });
      const content = html`${heading(title)}
        <p class="links"><a href="${departure.to}" rel="noreferrer">${visit.words.next}</a></p>`;
      return { kind: 'page', title, content, goesOn: departure.to, cookies: [departure.cookie] };
    }
    case 'unknown':
      return missing(visit);
    case 'failed':
      return failurePage(visit, failed(visit, departure.failure, name));
    case 'wait':
      return failurePage(visit, throttled(t, departure.wait));
  }
}

/** https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2, https://www.rfc-editor.org/rfc/rfc9207 */
const ANSWER = ['code', 'state', 'iss', 'error', 'response'];

/** Each parameter once, as it was sent. */
const answerOf = (query: Fields): URLSearchParams =>
  new URLSearchParams(ANSWER.flatMap(name => (query(name) === '' ? [] : [[name, query(name)] as [string, string]])));

function arrived(visit: Visit, { outcome, language, cookie }: Arrival, name: string): Answer {
  const to = (path: string, query: Readonly<Record<string, string>> = {}): string =>
    language === undefined ? visit.link(path, query) : linkIn(language, path, query);
  const answer = answerTo(visit, outcome, name, to);
  return { ...answer, cookies: [...(cookie === undefined ? [] : [cookie]), ...(answer.cookies ?? [])] };
}

const linkIn = (lang: string, path: string, query: Readonly<Record<string, string>>): string =>
  `${path}?${new URLSearchParams({ ...query, lang }).toString()}`;

function answerTo(visit: Visit, outcome: ArrivalOutcome, name: string, to: Visit['link']): Answer {
  switch (outcome.kind) {
    case 'signed-in':
      return { kind: 'go', to: outcome.back ?? to(ACCOUNT), cookies: [outcome.cookie] };
    case 'second-factor':
      return { kind: 'go', to: to(SECOND_FACTOR, defined({ return: outcome.back })), cookies: [outcome.cookie] };
    case 'unlinked':
      return { kind: 'go', to: to(UNLINKED), cookies: [outcome.cookie] };
    case 'known':
      return { kind: 'go', to: to('/sign-in', { after: 'known' }) };
    case 'linked':
      return linkedAnswer(visit, outcome.how, name, to(ACCOUNT, { after: SAVED }));
    case 'not-entered':
      return failurePage(visit, notEntered(visit, outcome));
    case 'failed':
      return failurePage(visit, failed(visit, outcome.failure, name));
  }
}

/** @param to where it leads if all is well */
export function linkedAnswer(visit: Visit, how: Linked, name: string, to: string): Answer {
  const { words, t } = visit;
  switch (how) {
    case 'done':
      return { kind: 'go', to };
    case 'elsewhere':
      return failurePage(visit, { status: 409, problem: t('providerElsewhere', { name }) });
    case 'closed':
      return failurePage(visit, { status: 403, problem: t('providerClosed', { name }) });
    case 'full':
      return failurePage(visit, { status: 409, problem: words.fullAccount });
    case 'conflict':
      return failurePage(visit, { status: 409, problem: words.tryAgain });
  }
}

function notEntered({ words, t }: Visit, { refusal }: Extract<ArrivalOutcome, { kind: 'not-entered' }>): Problem {
  if (refusal.kind === 'wait') return throttled(t, refusal.wait);
  const isOver = refusal.kind === 'unusable';
  return { status: isOver ? 410 : 422, problem: isOver ? words.codeUnusable : words.wrongFacts };
}

/** Seconds until it is worth another try. */
const LATER = 30;

function failed({ words, t }: Visit, failure: ProviderFailure, name: string): Problem {
  switch (failure) {
    case 'unavailable':
      return { status: 503, problem: t('providerUnavailable', { name }), retryAfter: LATER };
    case 'declined':
      return { status: 403, problem: t('providerDeclined', { name }) };
    case 'untrusted':
      return { status: 502, problem: t('providerUntrusted', { name }) };
    case 'stale':
      return { status: 400, problem: words.providerStale };
  }
}

function failurePage({ words, link }: Visit, { problem = '', ...how }: Problem): Answer {
  const content = html`${heading(words.providerTitle)}
    <p class="problem" role="alert">${problem}</p>
    <p class="links"><a href="${link('/sign-in')}">${words.signIn}</a></p>`;
  return { kind: 'page', title: words.providerTitle, content, ...how };
}
