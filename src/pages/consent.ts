/** The page on which a person grants an app access: to whose record, to what in it, and for how long. */
import { html, type Html } from './html.js';
import { page, type Frame } from './layout.js';
import { wordFor } from './scope-words.js';
import type { PlainTexts, Words } from '../texts/words.js';

export interface ConsentModel {
  /** Where the form is sent. */
  readonly action: string;
  readonly formToken: string;
  /** Leads to the sign-in of somebody else. */
  readonly otherPerson: string;
  /** As the client is registered. */
  readonly client: string;
  /** Name of the person who is signed in. */
  readonly person: string;
  /** Records to choose from; undefined where the app asks for none. */
  readonly patients?: readonly PatientChoice[];
  /** What was searched for, where records are found by a search; undefined: there is no search. */
  readonly search?: string;
  readonly lines: readonly ScopeChoice[];
  /** The app learns who the person is. */
  readonly identity: boolean;
  /** The scope that lets the app stay, if it asks for one. */
  readonly staying?: string;
}

export interface PatientChoice {
  readonly id: string;
  readonly name: string;
  readonly birthDate?: string;
}

export interface ScopeChoice {
  readonly scope: string;
  readonly type: string;
  readonly reads: boolean;
  readonly writes: boolean;
  /** Name of an operation that it is for, or `*`. */
  readonly operation?: string;
  /** What the app itself narrows it to: a category, or search parameters that are none. */
  readonly only?: string;
  readonly narrower: readonly { readonly scope: string; readonly category: string }[];
}

export function consentPage(frame: Omit<Frame, 'title'>, model: ConsentModel): string {
  const { texts: words, language, t } = frame.words;
  const { action, formToken, client, person, lines, identity, staying } = model;
  return page(
    { ...frame, title: words.consentTitle },
    html`<div class="hero">
        <h1>${words.consentTitle}</h1>
        <p class="lede">${t('consentLede', { client: isolated(client) })}</p>
        <p>
          ${t('signedInAs', { name: isolated(person) })}
          <a href="${model.otherPerson}&lang=${language}">${words.notYou}</a>
        </p>
      </div>
      ${model.search !== undefined && patientSearch(frame, model.search, words)}
      <form method="post" action="${action}?lang=${language}">
        <input type="hidden" name="token" value="${formToken}" />
        ${model.patients && patientChoice(model.patients, words)} ${lines.length > 0 && scopeChoice(lines, frame.words)}
        ${identity && html`<p>${words.learnsIdentity}</p>`} ${staying !== undefined && stayingChoice(staying, words)}
        <p class="choices">
          <button type="submit" name="do" value="allow">${words.allowAccess}</button>
          <button type="submit" name="do" value="deny" class="second">${words.denyAccess}</button>
        </p>
      </form>`,
  );
}

/** A name within a text may be written in the other direction. https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates */
const isolated = (name: string): string => `\u2068${name}\u2069`;

const patientSearch = (frame: Omit<Frame, 'title'>, search: string, words: PlainTexts): Html =>
  html`<form method="get" action="${frame.path}" role="search">
    <input type="hidden" name="lang" value="${frame.words.language}" />
    <label for="find">${words.findRecord}</label>
    <input id="find" name="find" value="${search}" maxlength="100" dir="auto" autocomplete="off" />
    <button type="submit" class="second">${words.findIt}</button>
  </form>`;

function patientChoice(patients: readonly PatientChoice[], words: PlainTexts): Html {
  return html`<fieldset>
    <legend>${words.chooseRecord}</legend>
    <p class="why">${patients.length > 0 ? words.chooseRecordWhy : words.noRecordFound}</p>
    ${patients.map(
      ({ id, name, birthDate }) =>
        html`<label
          ><input type="radio" name="patient" value="${id}" required ${patients.length === 1 && html`checked`} />
          <span
            ><bdi>${name}</bdi>${birthDate !== undefined && html`, ${words.bornOn} <bdi>${birthDate}</bdi>`}</span
          ></label
        >`,
    )}
  </fieldset>`;
}

function scopeChoice(lines: readonly ScopeChoice[], words: Words): Html {
  const { texts } = words;
  return html`<fieldset>
    <legend>${texts.chooseScopes}</legend>
    <p class="why">${texts.chooseScopesWhy}</p>
    ${lines.map(line => scopeLine(line, words))}
  </fieldset>`;
}

function scopeLine(line: ScopeChoice, words: Words): Html {
  const { scope, type, only, narrower } = line;
  const { texts } = words;
  const name = wordFor('type', type, texts);
  return html`<div class="scope">
    <label
      ><input type="checkbox" name="scope" value="${scope}" checked />
      <span
        >${name}${only !== undefined && html` (${wordFor('category', only, texts)})`}: ${abilitiesOf(line, words)}</span
      ></label
    >
    ${
      narrower.length > 0 &&
      html`<details>
        <summary>${texts.onlySome}: ${name}</summary>
        <p class="why">${texts.onlySomeWhy}</p>
        ${narrower.map(
          one =>
            html`<label
              ><input type="checkbox" name="scope" value="${one.scope}" />
              <span>${wordFor('category', one.category, texts)}</span></label
            >`,
        )}
      </details>`
    }
  </div>`;
}

function abilitiesOf({ reads, writes, operation }: ScopeChoice, { texts, t, language }: Words): string {
  if (operation === '*') return texts.scopeActsAll;
  if (operation !== undefined) return t('scopeActs', { name: isolated(operation) });
  const abilities = [reads && texts.scopeReads, writes && texts.scopeWrites].filter(one => one !== false);
  return new Intl.ListFormat(language, { type: 'unit', style: 'short' }).format(abilities);
}

const stayingChoice = (staying: string, words: PlainTexts): Html =>
  html`<p>
    <label
      ><input type="checkbox" name="scope" value="${staying}" checked />
      <span>${staying === 'offline_access' ? words.staysOffline : words.staysOnline}</span></label
    >
  </p>`;
