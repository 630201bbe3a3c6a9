/** The pages for an external identity that signs in to no account yet. They are the same whoever it is. */
import { defined } from '../../fhir/defined.js';
import type { CodeOutcome, Connected } from '../../identity/providers/proof-of-owner.js';
import type { UnlinkedIdentity } from '../../identity/providers/unlinked-identity.js';
import type { AskOutcome } from '../../identity/accounts/recovery.js';
import type { Visitor } from '../../identity/limits/visitor.js';
import { html } from '../html.js';
import { linkedAnswer } from './external.js';
import { alert, field, heading, submit } from './fields.js';
import { SAVED } from './methods.js';
import { CONNECT, EVERYBODY, UNLINKED, type Ways, type WaysParts } from './provider-buttons.js';
import { SECOND_FACTOR } from './second-factor-paths.js';
import { ACCOUNT } from './settings-parts.js';
import { throttled, type Problem } from './throttled.js';
import type { Answer, FormPage, Visit } from './visit.js';

export interface UnlinkedPageParts extends WaysParts {
  /** What the browser has brought. */
  readonly brought: (visitor: Visitor) => Promise<UnlinkedIdentity | undefined>;
  /** Whether somebody has signed in since. */
  readonly hasOwner: (visitor: Visitor, brought: UnlinkedIdentity) => Promise<boolean>;
  readonly connect: (visitor: Visitor) => Promise<Connected>;
  readonly askLink: (visitor: Visitor) => Promise<AskOutcome | { readonly kind: 'over' }>;
  readonly bringLink: (visitor: Visitor, code: string) => Promise<CodeOutcome>;
}

const EMAIL = `${UNLINKED}/e-mail`;
const CODE = `${UNLINKED}/code`;

export const unlinkedPages = (parts: UnlinkedPageParts): FormPage[] => [
  {
    path: UNLINKED,
    async show(visit) {
      const brought = await parts.brought(visit);
      return brought ? choicePage(visit, brought, await waysOf(visit, parts)) : over(visit);
    },
  },
  {
    path: CONNECT,
    async show(visit) {
      const brought = await parts.brought(visit);
      if (!brought) return over(visit);
      return (await parts.hasOwner(visit, brought)) ? connectPage(visit, brought) : signInFirst(visit);
    },
    async take(visit) {
      const brought = await parts.brought(visit);
      const outcome = await parts.connect(visit);
      if (outcome.kind === 'over' || !brought) return over(visit);
      if (outcome.kind === 'sign-in') return signInFirst(visit);
      const to = outcome.back ?? visit.link(ACCOUNT, { after: SAVED });
      const answer = linkedAnswer(visit, outcome.how, nameOf(brought), to);
      return outcome.how === 'done' ? { ...answer, cookies: [outcome.cookie] } : answer;
    },
  },
  {
    path: EMAIL,
    show: visit => asked(visit, parts),
    async take(visit) {
      const brought = await parts.brought(visit);
      const outcome = await parts.askLink(visit);
      if (outcome.kind === 'over' || !brought) return over(visit);
      if (outcome.kind === 'asked') return codePage(visit);
      return choicePage(visit, brought, await waysOf(visit, parts), throttled(visit.t, outcome.wait));
    },
  },
  {
    path: CODE,
    show: visit => asked(visit, parts),
    async take(visit, fields) {
      const brought = await parts.brought(visit);
      const outcome = await parts.bringLink(visit, fields('code'));
      return brought ? codeAnswer(visit, outcome, nameOf(brought)) : over(visit);
    },
  },
];

/** The page for the code once more: in another language. */
const asked = async (visit: Visit, { brought }: UnlinkedPageParts): Promise<Answer> =>
  (await brought(visit)) ? codePage(visit) : over(visit);

const waysOf = ({ frame }: Visit, { ways }: WaysParts): Promise<Ways> => ways(EVERYBODY, frame.words.language);

const nameOf = ({ person }: UnlinkedIdentity): string => person.identity.name;

const over = (visit: Visit): Answer => ({ kind: 'go', to: visit.link('/sign-in', { after: 'over' }) });

const signInFirst = (visit: Visit): Answer => ({ kind: 'go', to: visit.link('/sign-in', { return: CONNECT }) });

function codeAnswer(visit: Visit, outcome: CodeOutcome, name: string): Answer {
  const { words, t, link } = visit;
  switch (outcome.kind) {
    case 'over':
      return over(visit);
    case 'wrong':
      return codePage(visit, { status: 401, problem: words.wrongCode });
    case 'wait':
      return codePage(visit, throttled(t, outcome.wait));
    case 'refused':
      return linkedAnswer(visit, outcome.how, name, link(ACCOUNT));
    case 'signed-in':
      return { kind: 'go', to: outcome.back ?? link(ACCOUNT), cookies: [outcome.cookie, outcome.forget] };
    case 'second-factor': {
      const to = link(SECOND_FACTOR, defined({ return: outcome.back }));
      return { kind: 'go', to, cookies: [outcome.cookie, outcome.forget] };
    }
  }
}

function choicePage(visit: Visit, brought: UnlinkedIdentity, ways: Ways, { problem, ...how }: Problem = {}): Answer {
  const { words, t, link, form } = visit;
  const canSignIn = ways.own || ways.providers.length > 1;
  const content = html`${heading(words.unlinkedTitle, t('unlinkedWhy', { name: nameOf(brought) }))} ${alert(problem)}
    ${form(
      EMAIL,
      html`<p>${words.byCodeWhy}</p>
        ${submit(words.byCode)}`,
    )}
    <p class="links">
      ${canSignIn && html`<a href="${link('/sign-in', { return: CONNECT })}">${words.byPassword}</a>`}
      <a href="${link('/invitation')}">${words.byInvitation}</a>
      <a href="${link('/activation')}">${words.byActivation}</a>
    </p>`;
  return { kind: 'page', title: words.unlinkedTitle, content, ...how };
}

function codePage({ words, form }: Visit, { problem, ...how }: Problem = {}): Answer {
  const content = html`${heading(words.askedTitle, words.linkAsked)} ${alert(problem)}
  ${form(
    CODE,
    html`${field({ name: 'code', label: words.code, autocomplete: 'one-time-code', inputMode: 'numeric', most: 20 })}
    ${submit(words.next)}`,
  )}`;
  return { kind: 'page', title: words.askedTitle, content, ...how };
}

function connectPage({ words, t, form }: Visit, brought: UnlinkedIdentity): Answer {
  const name = nameOf(brought);
  const title = t('connectTitle', { name });
  const content = html`${heading(title, t('connectWhy', { name }))} ${form(CONNECT, submit(words.connect))}`;
  return { kind: 'page', title, content };
}
