/** The page behind an invitation to act for a patient: its code, what is asked, and the answer. */
import type { Answered, AskedFor } from '../../identity/accounts/relations.js';
import type { Visitor } from '../../identity/limits/visitor.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import type { Sessions } from '../../identity/sessions/sessions.js';
import type { PlainTexts } from '../../texts/words.js';
import { html, type Html } from '../html.js';
import { codeScript } from './code-script.js';
import { alert, field, heading, hidden, submit } from './fields.js';
import { functionList, RELATIONS } from './relations.js';
import { throttled, type Problem } from './throttled.js';
import type { Answer, FormPage, Visit } from './visit.js';

export interface ProxyInvitationPageParts {
  readonly sessions: Sessions;
  readonly readProxyInvitation: (visitor: Visitor, code: string, signedIn: SignedIn | undefined) => Promise<AskedFor>;
  /** By nobody: it is declined. */
  readonly answerProxyInvitation: (
    visitor: Visitor,
    code: string,
    by?: { readonly signedIn: SignedIn } | { readonly birthDate: string },
  ) => Promise<Answered>;
}

const PATH = '/proxy-invitation';

export function proxyInvitationPages(parts: ProxyInvitationPageParts): FormPage[] {
  const { sessions, answerProxyInvitation } = parts;
  return [
    {
      path: PATH,
      show: visit => codePage(visit),
      take: (visit, fields) => asked(visit, fields('code'), parts),
    },
    {
      path: `${PATH}/accept`,
      async take(visit, fields) {
        const signedIn = await sessions.current(visit);
        if (!signedIn) return asked(visit, fields('code'), parts);
        const answered = await answerProxyInvitation(visit, fields('code'), { signedIn });
        return answered === 'done' ? over(visit, 'accepted') : refused(visit, answered);
      },
    },
    {
      path: `${PATH}/new`,
      async take(visit, fields) {
        const birthDate = fields('birthDate');
        if (!/^\d{4}-\d{2}-\d{2}$/.test(birthDate)) return asked(visit, fields('code'), parts, visit.words.badFacts);
        const answered = await answerProxyInvitation(visit, fields('code'), { birthDate });
        return answered === 'sent' ? over(visit, 'acceptedSent') : refused(visit, answered);
      },
    },
    {
      path: `${PATH}/decline`,
      async take(visit, fields) {
        const answered = await answerProxyInvitation(visit, fields('code'));
        return answered === 'done' ? over(visit, 'declined') : refused(visit, answered);
      },
    },
  ];
}

const REFUSALS: Readonly<Partial<Record<Answered, readonly [status: number, text: keyof PlainTexts]>>> = {
  other: [403, 'askedOther'],
  refused: [422, 'askedRefused'],
  known: [409, 'askedKnown'],
};

function refused(visit: Visit, answered: Answered): Answer {
  const [status, text] = REFUSALS[answered] ?? [410, 'codeUnusable'];
  return codePage(visit, { status, problem: visit.words[text] });
}

function over({ words, link }: Visit, text: 'accepted' | 'acceptedSent' | 'declined'): Answer {
  const content = html`${heading(words.proxyInvitationTitle, words[text])}
    <p class="links"><a href="${link(RELATIONS)}">${words.relationsTitle}</a></p>`;
  return { kind: 'page', title: words.proxyInvitationTitle, content };
}

function codePage({ words, form }: Visit, { problem, ...how }: Problem = {}, code = ''): Answer {
  const content = html`${heading(words.proxyInvitationTitle, words.proxyInvitationWhy)} ${alert(problem)}
  ${form(
    PATH,
    html`${field({ name: 'code', label: words.code, autocomplete: 'off', hint: words.codeHint, value: code })}
    ${submit(words.next)}`,
  )}`;
  return { kind: 'page', title: words.proxyInvitationTitle, content, scripts: [codeScript], ...how };
}

/** What is asked, and the ways to answer. */
async function asked(visit: Visit, code: string, parts: ProxyInvitationPageParts, problem?: string): Promise<Answer> {
  const { words, t, form } = visit;
  const signedIn = await parts.sessions.current(visit);
  const read = await parts.readProxyInvitation(visit, code, signedIn);
  if (read.kind === 'wait') return codePage(visit, throttled(t, read.wait), code);
  if (read.kind === 'unusable') return codePage(visit, { status: 410, problem: words.codeUnusable });
  const who = read.principal === undefined ? words.somebodyAsks : t('proxyAsks', { name: read.principal });
  const content = html`${heading(words.proxyInvitationTitle, who)} ${alert(problem)}
  ${functionList(visit, read.functions)} ${signedIn ? acceptForm(visit, code) : newcomerForms(visit, code)}
  ${form(`${PATH}/decline`, html`${hidden('code', code)}<button type="submit" class="quiet">${words.decline}</button>`)}`;
  return {
    kind: 'page',
    title: words.proxyInvitationTitle,
    content,
    ...(problem === undefined ? {} : { status: 422 }),
  };
}

const acceptForm = ({ words, form }: Visit, code: string): Html =>
  html`<p>${words.acceptAs}</p>
    ${form(`${PATH}/accept`, html`${hidden('code', code)} ${submit(words.accept)}`)}`;

const newcomerForms = ({ words, link, form }: Visit, code: string): Html =>
  html`<p>${words.signInToAccept}</p>
    <p class="links"><a href="${link('/sign-in')}">${words.signIn}</a></p>
    <h2>${words.acceptNew}</h2>
    <p>${words.acceptNewWhy}</p>
    ${form(
      `${PATH}/new`,
      html`${hidden('code', code)}
      ${field({ name: 'birthDate', label: words.birthDate, type: 'date', autocomplete: 'bday' })}
      ${submit(words.makeAccount)}`,
    )}`;
