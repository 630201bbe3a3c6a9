/** Who saw or changed a record, in words: for the person whose it is, and for those who act for them. */
import type { Access, AccessPage } from '../../identity/accounts/accesses.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import type { Sessions } from '../../identity/sessions/sessions.js';
import type { PlainTexts } from '../../texts/words.js';
import { html, type Html } from '../html.js';
import { wordFor } from '../scope-words.js';
import { heading } from './fields.js';
import { ACCOUNT } from './settings-parts.js';
import type { Answer, FormPage, Visit } from './visit.js';

export interface AccessPageParts {
  readonly sessions: Sessions;
  /** Undefined where the person may not see that. */
  readonly accesses: (signedIn: SignedIn, relation: string, from: string) => Promise<AccessPage | undefined>;
}

export const ACCESSES = `${ACCOUNT}/accesses`;

export const accessPage = ({ sessions, accesses }: AccessPageParts): FormPage => ({
  path: ACCESSES,
  keeps: ['of', 'from'],
  async show(visit, query) {
    const signedIn = await sessions.current(visit);
    if (!signedIn) return { kind: 'go', to: visit.link('/sign-in') };
    const page = await accesses(signedIn, query('of'), query('from'));
    return page ? shown(visit, page, query('of')) : missing(visit);
  },
});

const missing = ({ words }: Visit): Answer => ({
  ...{ kind: 'page', status: 404, title: words.notFound },
  content: heading(words.notFound, words.notFoundWhy),
});

function shown(visit: Visit, page: AccessPage, relation: string): Answer {
  const { words, t, link, frame } = visit;
  const { of, accesses, next, timeZone } = page;
  const format = new Intl.DateTimeFormat(frame.words.language, { dateStyle: 'long', timeStyle: 'short', timeZone });
  const title = of === undefined ? words.accessesTitle : t('accessesOf', { name: of });
  const older = next !== undefined && link(ACCESSES, { ...(relation === '' ? {} : { of: relation }), from: next });
  const content = html`${heading(title, words.accessesWhy)} ${otherRecords(visit, page, relation)}
    ${accesses.length === 0 && html`<p>${words.noAccesses}</p>`}
    <ul class="accesses">
      ${accesses.map(one => html`<li>${accessLine(visit, one, format)}</li>`)}
    </ul>
    ${older !== false && html`<p class="links"><a href="${older}">${words.olderAccesses}</a></p>`}
    <p class="links"><a href="${link(ACCOUNT)}">${words.accountTitle}</a></p>`;
  return { kind: 'page', title, content };
}

/** The records that this person may ask about, but the one that is shown. */
function otherRecords({ words, t, link }: Visit, { others, hasOwn }: AccessPage, relation: string): Html {
  return html`${relation !== '' && hasOwn && html`<p class="links"><a href="${link(ACCESSES)}">${words.accessesTitle}</a></p>`}
  ${others
    .filter(one => one.relation !== relation)
    .map(
      one =>
        html`<p class="links">
          <a href="${link(ACCESSES, { of: one.relation })}">${t('accessesOf', { name: one.name })}</a>
        </p>`,
    )}`;
}

export const didWords: Readonly<Record<Access['did'], keyof PlainTexts>> = {
  looked: 'accessLooked',
  added: 'accessAdded',
  changed: 'accessChanged',
  removed: 'accessRemoved',
  used: 'accessUsed',
};

function accessLine(visit: Visit, { at, who, did, what, restricted }: Access, format: Intl.DateTimeFormat): Html {
  const { words } = visit;
  return html`<strong>${nameOf(visit, who)}</strong> · ${words[didWords[did]]}:
    ${wordFor('type', what, words)}${restricted && html` (${words.accessRestricted})`}<br />
    <time datetime="${new Date(at).toISOString()}">${format.format(at)}</time>`;
}

function nameOf({ words }: Visit, who: Access['who']): Html {
  if (who.kind === 'self') return html`${words.accessSelf}`;
  if (who.kind === 'system') return html`${words.accessSystem}`;
  const name = 'name' in who ? who.name : '';
  if (name === '') return html`${words.accessUnknown}`;
  return html`<bdi>${name}</bdi> (${who.kind === 'staff' ? words.accessStaff : words.accessProxy})`;
}
