/** Whom a work item is about: the patient, who writes for them, and how they are written to. */
import type { Patient, RelatedPerson } from 'fhir/r4.js';
import { comesOfAge } from '../../fhir/age.js';
import type { OwnCanonicals } from '../../fhir/own-canonicals.js';
import type { Resource } from '../../fhir/resource.js';
import { html, type Html } from '../html.js';
import type { Visit } from '../account/visit.js';
import { extensionOf } from './extension.js';
import { nameOf } from './names.js';
import { MESSAGE } from './parts.js';
import type { Thread } from './thread.js';

export interface Context {
  readonly patient: Resource | undefined;
  readonly thread: Thread;
  /** Years of age from which nobody acts for them as a parent. */
  readonly majority: number;
  readonly own: OwnCanonicals;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function contextView(visit: Visit, { patient, thread, now, majority, own }: Context): Html | false {
  if (!patient) return false;
  const { words, link, t } = visit;
  const { birthDate, deceasedBoolean, deceasedDateTime, active } = patient as unknown as Patient;
  const isDead = deceasedBoolean === true || deceasedDateTime !== undefined;
  const years = birthDate === undefined ? undefined : ageAt(birthDate, now);
  const language = languageOf(patient as unknown as Patient, visit);
  return html`<section class="context" aria-labelledby="context-title">
    <h2 id="context-title"><bdi>${nameOf(patient) ?? words.unnamed}</bdi></h2>
    <ul class="item-facts">
      ${birthDate !== undefined && html`<li>${words.bornOn} <bdi dir="ltr">${birthDate}</bdi></li>`}
      ${years !== undefined && !isDead && html`<li>${t('yearsOld', { count: years })}</li>`}
      ${years !== undefined && years < majority && !isDead && mark(words.minor)} ${isDead && mark(words.deceased)}
      ${active === false && mark(words.recordInactive)}
      ${language !== undefined && html`<li>${words.writesIn} <bdi>${language}</bdi></li>`}
      ${thread.proxies.map(proxy => proxyView(visit, proxy))}
      ${mayNotReply(thread, own) && html`<li>${words.noReply}</li>`}
    </ul>
    <p class="links">
      <a href="${link(MESSAGE, { patient: `Patient/${patient.id ?? ''}` })}">${words.newMessage}</a>
    </p>
  </section>`;
}

const mark = (text: string): Html => html`<li><strong class="flag ill">${text}</strong></li>`;

const proxyView = ({ words }: Visit, proxy: RelatedPerson): Html => {
  const kind = proxy.relationship?.[0]?.text ?? proxy.relationship?.[0]?.coding?.[0]?.display;
  return html`<li>
    ${words.writtenBy} <bdi>${nameOf(proxy as unknown as Resource) ?? words.unnamed}</bdi>
    ${kind !== undefined && html`(<bdi>${kind}</bdi>)`}
  </li>`;
};

/** Whole years; undefined where the birth date says too little. @param birthDate `YYYY-MM-DD`, or less of it */
function ageAt(birthDate: string, now: number): number | undefined {
  const guess = new Date(now).getUTCFullYear() - Number(birthDate.slice(0, 4));
  if (!Number.isInteger(guess) || guess < 0) return undefined;
  return now < comesOfAge(birthDate, guess) ? guess - 1 : guess;
}

function languageOf({ communication = [] }: Patient, { frame }: Visit): string | undefined {
  const preferred = communication.find(one => one.preferred) ?? communication[0];
  const code = preferred?.language.coding?.[0]?.code;
  if (code === undefined) return preferred?.language.text;
  return new Intl.DisplayNames([frame.words.language], { type: 'language', fallback: 'code' }).of(code);
}

/** What staff wrote last is not to be answered. */
function mayNotReply({ messages }: Thread, own: OwnCanonicals): boolean {
  const last = messages.at(-1);
  return last !== undefined && extensionOf(last, 'reply-allowed', own)?.valueBoolean === false;
}
