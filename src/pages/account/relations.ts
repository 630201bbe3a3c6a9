/** The relations of whoever is signed in, on both sides; they end them here, and ask others to act for them. */
import type { Confirmed } from '../../identity/accounts/confirm.js';
import {
  GIVEN,
  RELATIONSHIPS,
  type AccountRelation,
  type InviteOutcome,
  type SeenRelations,
  type Wish,
} from '../../identity/accounts/relations.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import type { Sessions } from '../../identity/sessions/sessions.js';
import { html, type Html } from '../html.js';
import { wordFor } from '../scope-words.js';
import { alert, checks, choice, done, field, heading, hidden, submit } from './fields.js';
import { ACCOUNT, actionOf, confirmed, current, problemIn, section } from './settings-parts.js';
import type { Problem } from './throttled.js';
import type { Answer, Fields, FormPage, Visit } from './visit.js';

export interface RelationPageParts {
  readonly sessions: Sessions;
  /** Undefined for staff. */
  readonly seenRelations: (signedIn: SignedIn) => Promise<SeenRelations | undefined>;
  readonly endRelation: (signedIn: SignedIn, id: string) => Promise<void>;
  readonly askSomebody: (given: Confirmed, wish: Wish) => Promise<InviteOutcome>;
  readonly takeBack: (signedIn: SignedIn, id: string) => Promise<void>;
}

export const RELATIONS = `${ACCOUNT}/relations`;

/** What was done before the page is shown again. */
const DONE = { ended: 'relationEnded', asked: 'askedOf', back: 'takenBack' } as const;

export function relationPages(parts: RelationPageParts): FormPage[] {
  const { sessions } = parts;
  const action = actionOf(sessions);
  const again = (visit: Visit, after: keyof typeof DONE): Answer => ({
    kind: 'go',
    to: visit.link(RELATIONS, { after }),
  });
  return [
    {
      path: RELATIONS,
      async show(visit, query) {
        const signedIn = await sessions.current(visit);
        if (!signedIn) return { kind: 'go', to: visit.link('/sign-in') };
        const after = query('after');
        const text = Object.hasOwn(DONE, after) ? visit.words[DONE[after as keyof typeof DONE]] : undefined;
        return shown(visit, signedIn, parts, text);
      },
    },
    action('relations/end', async (visit, signedIn, fields) => {
      await parts.endRelation(signedIn, fields('relation'));
      return again(visit, 'ended');
    }),
    action('relations/take-back', async (visit, signedIn, fields) => {
      await parts.takeBack(signedIn, fields('invitation'));
      return again(visit, 'back');
    }),
    action('relations/ask', async (visit, signedIn, fields) => {
      const wish = wishIn(fields);
      const outcome = await parts.askSomebody(confirmed(visit, signedIn, fields), wish);
      if (outcome.kind === 'done') return again(visit, 'asked');
      return shown(visit, signedIn, parts, undefined, problemOf(visit, outcome), wish);
    }),
  ];
}

function problemOf(visit: Visit, outcome: Exclude<InviteOutcome, { kind: 'done' }>): Problem {
  if (outcome.kind === 'bad-facts') return { status: 422, problem: visit.words.badWish };
  if (outcome.kind === 'too-many') return { status: 409, problem: visit.words.tooManyAsked };
  return problemIn(visit, outcome as Parameters<typeof problemIn>[1]);
}

const NOTHING: Wish = { given: '', family: '', email: '', relationship: '', functions: [], end: '' };

const wishIn = (fields: Fields): Wish => ({
  ...{ given: fields('given'), family: fields('family'), email: fields('email') },
  ...{ relationship: fields('relationship'), end: fields('end') },
  functions: GIVEN.filter(name => fields(`may-${name}`) !== ''),
});

async function shown(
  visit: Visit,
  signedIn: SignedIn,
  parts: RelationPageParts,
  what?: string,
  { problem, ...how }: Problem = {},
  wish = NOTHING,
): Promise<Answer> {
  const { words, link } = visit;
  const seen = await parts.seenRelations(signedIn);
  if (!seen) return { kind: 'go', to: link(ACCOUNT) };
  const of = (role: AccountRelation['role']) => seen.relations.filter(one => one.role === role);
  const content = html`${heading(words.relationsTitle, words.relationsWhy)} ${done(what)} ${alert(problem)}
    ${seen.mayInvite && section('principal', words.asPrincipalTitle, list(visit, of('principal'), words.noPrincipal, seen))}
    ${section('proxy', words.asProxyTitle, list(visit, of('proxy'), words.noProxy, seen))}
    ${seen.open.length > 0 && section('open', words.askedTitleOpen, openList(visit, seen))}
    ${seen.mayInvite && section('ask', words.askTitle, askForm(visit, seen, wish))}
    <p class="links"><a href="${link(ACCOUNT)}">${words.accountTitle}</a></p>`;
  return { kind: 'page', title: words.relationsTitle, content, ...how };
}

function list(visit: Visit, relations: readonly AccountRelation[], none: string, seen: SeenRelations): Html {
  if (relations.length === 0) return html`<p>${none}</p>`;
  return html`<ul class="apps relations">
    ${relations.map(one => html`<li>${entry(visit, one, seen)}</li>`)}
  </ul>`;
}

const STANDINGS = { active: 'relationActive', upcoming: 'relationUpcoming', inactive: 'relationInactive' } as const;

function entry(visit: Visit, one: AccountRelation, { timeZone }: SeenRelations): Html {
  const { words, form } = visit;
  const { standing, basis, functions, reason } = one;
  const isOver = standing === 'inactive';
  const name = one.other.name === '' ? words.noName : one.other.name;
  return html`<h3 class="${isOver ? 'over' : ''}"><bdi>${name}</bdi></h3>
    <p>
      ${words[STANDINGS[standing]]}${basis !== undefined && html` · ${wordFor('basis', basis, words)}`}${times(visit, one, timeZone)}
    </p>
    ${reason !== undefined && html`<p>${words.relationReason} <bdi>${reason}</bdi></p>`}
    <h4>${words.relationFor}</h4>
    ${functionList(visit, functions)}
    ${
      !isOver &&
      form(
        `${RELATIONS}/end`,
        html`${hidden('relation', one.relation.slice('RelatedPerson/'.length))}<button type="submit" class="quiet">
            ${words.endRelation}: <bdi>${name}</bdi>
          </button>`,
      )
    }`;
}

export const functionList = ({ words }: Visit, functions: readonly string[]): Html =>
  html`<ul>
    ${functions.map(name => html`<li>${wordFor('function', name, words)}</li>`)}
  </ul>`;

function times({ t, frame }: Visit, { period }: AccountRelation, timeZone: string): Html {
  const format = new Intl.DateTimeFormat(frame.words.language, { dateStyle: 'long', timeZone });
  const day = (text: string): string => format.format(new Date(text));
  return html`${period?.start !== undefined && html` · ${t('relationFrom', { day: day(period.start) })}`}${
    period?.end !== undefined && html` · ${t('relationUntil', { day: day(period.end) })}`
  }`;
}

const openList = ({ words, form }: Visit, { open }: SeenRelations): Html =>
  html`<ul class="sessions">
    ${open.map(
      ({ id, name }) =>
        html`<li>
          <bdi>${name}</bdi>
          ${form(
            `${RELATIONS}/take-back`,
            html`${hidden('invitation', id)}<button type="submit" class="quiet">
                ${words.takeBack}: <bdi>${name}</bdi>
              </button>`,
          )}
        </li>`,
    )}
  </ul>`;

function askForm(visit: Visit, seen: SeenRelations, { given, family, email, end }: Wish): Html {
  const { words, form } = visit;
  const words100 = { autocomplete: 'off', most: 100 };
  return html`<p>${words.askWhy}</p>
    ${form(
      `${RELATIONS}/ask`,
      html`${field({ name: 'given', label: words.givenName, value: given, ...words100 })}
      ${field({ name: 'family', label: words.familyName, value: family, ...words100 })}
      ${field({ name: 'email', label: words.email, type: 'email', autocomplete: 'off', value: email, most: 254 })}
      ${choice(
        'relationship',
        words.askRelationship,
        RELATIONSHIPS.map(code => [code, wordFor('relative', code, words)] as const),
      )}
      ${checks(
        words.askWhat,
        GIVEN.map(name => [`may-${name}`, wordFor('function', name, words)] as const),
      )}
      ${field({ name: 'end', label: words.askEnd, type: 'date', autocomplete: 'off', value: end, isOptional: true })}
      ${current(visit, seen, 1)} ${submit(words.ask)}`,
    )}`;
}
