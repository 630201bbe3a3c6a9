/** The pages behind invitations and activations: a code and a birth date, then a user name and a password of one's own. */
import type {
  ChoiceFault,
  Chosen,
  CodeAndFacts,
  Entered,
  Entrance,
  EntranceRefusal,
  Verification,
} from '../../identity/accounts/first-credential.js';
import type { Visitor } from '../../identity/limits/visitor.js';
import type { PlainTexts } from '../../texts/words.js';
import { html, type Html } from '../html.js';
import { codeScript } from './code-script.js';
import { alert, field, heading, hidden, submit } from './fields.js';
import { providerButtons, type Ways, type WaysParts } from './provider-buttons.js';
import { throttled, type Problem } from './throttled.js';
import type { Answer, FormPage, Visit } from './visit.js';

export interface EntranceParts extends WaysParts {
  readonly verifyEntrance: (visitor: Visitor, entrance: Entrance, given: CodeAndFacts) => Promise<Verification>;
  readonly enter: (visitor: Visitor, entrance: Entrance, given: CodeAndFacts & Chosen) => Promise<Entered>;
}

/** Two pages: the code, and the credentials. */
export function entrancePages(entrance: Entrance, parts: EntranceParts): FormPage[] {
  const path = `/${entrance}`;
  return [
    {
      path,
      show: visit => codePage(visit, entrance),
      async take(visit, fields) {
        const given = { code: fields('code'), birthDate: fields('birthDate') };
        const outcome = await parts.verifyEntrance(visit, entrance, given);
        return outcome.kind === 'verified'
          ? choicePage(visit, entrance, given, await parts.ways([outcome.of], visit.frame.words.language))
          : refused(visit, entrance, outcome, given);
      },
    },
    {
      path: `${path}/account`,
      async take(visit, fields) {
        const given = { code: fields('code'), birthDate: fields('birthDate') };
        const chosen = { userName: fields('userName'), password: fields('password') };
        const again = async (fault: ChoiceFault | 'differs') => {
          const outcome = await parts.verifyEntrance(visit, entrance, given);
          if (outcome.kind !== 'verified') return refused(visit, entrance, outcome, given);
          const ways = await parts.ways([outcome.of], visit.frame.words.language);
          return choicePage(visit, entrance, given, ways, chosen, fault);
        };
        if (chosen.password !== fields('again')) return again('differs');
        const outcome = await parts.enter(visit, entrance, { ...given, ...chosen });
        if (outcome.kind === 'choose') return again(outcome.fault);
        if (outcome.kind === 'done') return { kind: 'go', to: visit.link('/sign-in', { after: 'account' }) };
        if (outcome.kind === 'known') return { kind: 'go', to: visit.link('/sign-in', { after: 'known' }) };
        return refused(visit, entrance, outcome, given);
      },
    },
  ];
}

type NotEntered = EntranceRefusal | { readonly kind: 'taken' | 'closed' };

function refused(visit: Visit, entrance: Entrance, refusal: NotEntered, given: CodeAndFacts): Answer {
  const { words } = visit;
  if (refusal.kind === 'closed') return codePage(visit, entrance, { status: 403, problem: words.ownClosed }, given);
  if (refusal.kind === 'wait') return codePage(visit, entrance, throttled(visit.t, refusal.wait), given);
  const isOver = refusal.kind === 'unusable';
  const problem = isOver ? words.codeUnusable : words.wrongFacts;
  return codePage(visit, entrance, { status: isOver ? 410 : 422, problem }, given);
}

function codePage(visit: Visit, entrance: Entrance, { problem, ...how }: Problem = {}, given?: CodeAndFacts): Answer {
  const { words, form } = visit;
  const [title, why] =
    entrance === 'invitation'
      ? [words.invitationTitle, words.invitationWhy]
      : [words.activationTitle, words.activationWhy];
  const content = html`${heading(title, why)} ${alert(problem)}
  ${form(
    `/${entrance}`,
    html`${field({ name: 'code', label: words.code, autocomplete: 'off', hint: words.codeHint, value: given?.code ?? '' })}
    ${birthDateField(words, given?.birthDate)} ${submit(words.next)}`,
  )}`;
  return { kind: 'page', title, content, scripts: [codeScript], ...how };
}

const birthDateField = (words: PlainTexts, value = ''): Html =>
  field({ name: 'birthDate', label: words.birthDate, type: 'date', autocomplete: 'bday', value });

function choicePage(
  visit: Visit,
  entrance: Entrance,
  { code, birthDate }: CodeAndFacts,
  { own, providers }: Ways,
  chosen?: Chosen,
  fault?: ChoiceFault | 'differs',
): Answer {
  const { words } = visit;
  const problem = fault && problemOf(words, fault);
  const fields = { purpose: 'entrance', entrance, code, birthDate };
  const why = own ? words.chooseWhy : providers.length > 0 ? words.chooseProvider : words.noWayIn;
  const content = html`${heading(words.chooseTitle, why)} ${alert(problem)}
  ${own && credentialsForm(visit, entrance, fields, chosen)}
  ${own && providers.length > 0 && html`<p>${words.otherServices}</p>`}
  ${providerButtons(visit, providers, { label: 'useProvider', fields })}`;
  return {
    kind: 'page',
    title: words.chooseTitle,
    content,
    ...(fault ? { status: 422 } : {}),
  };
}

const credentialsForm = (
  { words, form }: Visit,
  entrance: Entrance,
  { code, birthDate }: CodeAndFacts,
  chosen?: Chosen,
): Html =>
  form(
    `/${entrance}/account`,
    html`${hidden('code', code)} ${hidden('birthDate', birthDate)}
    ${field({
      name: 'userName',
      label: words.userName,
      autocomplete: 'username',
      hint: words.userNameHint,
      value: chosen?.userName ?? '',
      most: 64,
    })}
    ${newPasswordFields(words)} ${submit(words.openAccount)}`,
  );

/** A new password, twice. */
export const newPasswordFields = (words: PlainTexts): Html =>
  html`${field({
    name: 'password',
    label: words.newPassword,
    type: 'password',
    autocomplete: 'new-password',
    hint: words.passwordHint,
  })}
  ${field({ name: 'again', label: words.passwordAgain, type: 'password', autocomplete: 'new-password' })}`;

const PROBLEMS: Readonly<Record<ChoiceFault | 'differs', keyof PlainTexts>> = {
  'user-name': 'badUserName',
  taken: 'takenUserName',
  differs: 'passwordsDiffer',
  'too-short': 'shortPassword',
  'too-long': 'longPassword',
  unreadable: 'unreadablePassword',
  common: 'commonPassword',
  personal: 'personalPassword',
};

export const problemOf = (words: PlainTexts, fault: ChoiceFault | 'differs'): string => words[PROBLEMS[fault]];
