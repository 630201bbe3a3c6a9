/** The ways into an account: listed, and removed one by one, but never the last. */
import type { Confirmed } from '../../identity/accounts/confirm.js';
import type { ListedMethod, RemovalOutcome } from '../../identity/accounts/method-removal.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import type { Sessions } from '../../identity/sessions/sessions.js';
import type { PlainTexts } from '../../texts/words.js';
import { html, type Html } from '../html.js';
import { alert, heading, hidden, submit } from './fields.js';
import { ACCOUNT, confirmed, current, problemIn, type Action, type Owner } from './settings-parts.js';
import type { Problem } from './throttled.js';
import type { Answer, FormPage, Visit } from './visit.js';

interface Listing extends Owner {
  /** The ways in. */
  readonly methods: readonly ListedMethod[];
  /** IANA name of the zone that instants are shown in. */
  readonly timeZone: string;
}

export interface MethodPageParts {
  readonly sessions: Sessions;
  readonly overview: (signedIn: SignedIn, language: string) => Promise<Listing>;
  readonly removeMethod: (given: Confirmed, id: string) => Promise<RemovalOutcome>;
}

/** The mark of a page that was changed just before. */
export const SAVED = 'saved';

const REMOVAL = `${ACCOUNT}/remove-method`;

export const methodPages = ({ sessions, overview, removeMethod }: MethodPageParts, action: Action): FormPage[] => {
  const shown = async (visit: Visit, signedIn: SignedIn, id: string, how: Problem = {}): Promise<Answer> => {
    const seen = await overview(signedIn, visit.frame.words.language);
    const method = seen.methods.find(one => one.id === id);
    return method ? removalPage(visit, seen, method, how) : { kind: 'go', to: visit.link(ACCOUNT) };
  };
  return [
    {
      path: REMOVAL,
      keeps: ['method'],
      async show(visit, query) {
        const signedIn = await sessions.current(visit);
        return signedIn ? shown(visit, signedIn, query('method')) : { kind: 'go', to: visit.link('/sign-in') };
      },
    },
    action('remove-method', async (visit, signedIn, fields) => {
      const id = fields('method');
      const outcome = await removeMethod(confirmed(visit, signedIn, fields), id);
      if (outcome.kind === 'done')
        return { kind: 'go', to: visit.link(ACCOUNT, { after: SAVED }), cookies: [outcome.cookie] };
      if (outcome.kind === 'unknown') return { kind: 'go', to: visit.link(ACCOUNT) };
      if (outcome.kind === 'last') return shown(visit, signedIn, id, { status: 409, problem: visit.words.lastMethod });
      return shown(visit, signedIn, id, problemIn(visit, outcome));
    }),
  ];
};

const kindOf = (words: PlainTexts, { kind }: ListedMethod): string =>
  ({ password: words.password, passkey: words.passkey, external: words.externalIdentity })[kind];

const called = (words: PlainTexts, method: ListedMethod): Html =>
  html`${kindOf(words, method)}${method.kind !== 'password' && html` · <bdi>${method.name}</bdi>`}`;

export function methodList({ words, t, link, frame }: Visit, { methods, timeZone }: Listing): Html {
  const format = new Intl.DateTimeFormat(frame.words.language, { dateStyle: 'long', timeZone });
  const used = (method: ListedMethod): string | undefined =>
    method.kind === 'password' || method.usedAt === undefined
      ? undefined
      : t('methodUsed', { day: format.format(method.usedAt) });
  return html`<ul class="sessions">
    ${methods.map((method, at) => {
      const note = 'isCopied' in method && method.isCopied ? words.passkeyCopied : used(method);
      return html`<li>
        <span id="method-${at}">${called(words, method)}${note !== undefined && html` · ${note}`}</span>
        ${
          methods.length > 1 &&
          html`<a
            href="${link(REMOVAL, { method: method.id })}"
            aria-labelledby="remove-${at} method-${at}"
            id="remove-${at}"
            >${words.remove}</a
          >`
        }
      </li>`;
    })}
  </ul>`;
}

function removalPage(visit: Visit, seen: Owner, method: ListedMethod, { problem, ...how }: Problem): Answer {
  const { words, form, link } = visit;
  const title = words.removeMethodTitle;
  const content = html`${heading(title, words.removeMethodWhy)} ${alert(problem)}
    <p><strong>${called(words, method)}</strong></p>
    ${form(REMOVAL, html`${hidden('method', method.id)} ${current(visit, seen, 1)} ${submit(words.remove)}`)}
    <p class="links"><a href="${link(ACCOUNT)}">${words.accountTitle}</a></p>`;
  return { kind: 'page', title, content, ...how };
}
