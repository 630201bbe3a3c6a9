/** A wording as its reader would get it, with samples: what is typed, whether or not it is saved. It is shown in a frame. */
import type { Parameters } from 'fhir/r4.js';
import type { SignedIn } from '../../../identity/sessions/session.js';
import { asJson, type Resource } from '../../../fhir/resource.js';
import { directionOf } from '../../../texts/language.js';
import { html, type Html } from '../../html.js';
import type { Answer, Fields, Visit } from '../../account/visit.js';
import type { Reply } from '../desk.js';
import type { Work, WorkbenchParts } from '../parts.js';
import { refusal } from '../refusal.js';
import { namedIn } from './editor.js';
import { changedIn } from './wording.js';

export const previewWording: Work = async (visit, who, fields, parts): Promise<Answer> => {
  const { words } = visit;
  const reply = await previewed(who, fields, parts);
  const status = reply?.status ?? 404;
  const title = words.wordingPreviewTitle;
  if (!reply || status >= 300) {
    const content = reply ? refusal(reply) : false;
    return { kind: 'frame', status, title, content: html`${content !== false ? content : words.wordingUnknown}` };
  }
  return { kind: 'frame', title, content: mailView(visit, reply.resource as unknown as Parameters) };
};

async function previewed(who: SignedIn, fields: Fields, parts: WorkbenchParts): Promise<Reply | undefined> {
  const named = await namedIn(fields, who, parts);
  if (!named) return undefined;
  const { wording, language } = named;
  const resource = asJson(changedIn(wording, language, fields, parts.own));
  const parameter = [
    { name: 'wording', resource },
    { name: 'language', valueCode: language },
  ];
  const body = { resourceType: 'Parameters', parameter } as unknown as Resource;
  return parts.desk(who, { method: 'POST', path: ['ActivityDefinition', '$preview'], resource: body });
}

/** The HTML stands in a frame of its own: it cannot break out of where it is shown. */
function mailView({ words }: Visit, { parameter = [] }: Parameters): Html {
  const of = (name: string): string => parameter.find(one => one.name === name)?.valueString ?? '';
  const language = parameter.find(({ name }) => name === 'language')?.valueCode ?? '';
  const direction = directionOf(language);
  return html`<h1 lang="${language}" dir="${direction}">${of('subject')}</h1>
    <iframe sandbox title="${words.wordingHtml}" srcdoc="${of('html')}"></iframe>
    <h2>${words.wordingText}</h2>
    <pre class="letter" lang="${language}" dir="${direction}" tabindex="0">${of('text')}</pre>
    <h2>${words.wordingSms}</h2>
    <pre class="letter" lang="${language}" dir="${direction}" tabindex="0">${of('sms')}</pre>`;
}
