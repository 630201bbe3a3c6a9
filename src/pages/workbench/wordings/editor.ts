/** One wording in one language: its templates are edited, previewed, and saved unless somebody else was faster. */
import type { ActivityDefinition } from 'fhir/r4.js';
import type { SignedIn } from '../../../identity/sessions/session.js';
import { languageTag } from '../../../fhir/language-tag.js';
import { asJson } from '../../../fhir/resource.js';
import { directionOf, ownName } from '../../../texts/language.js';
import { PARTS, type NoticeText, type Part } from '../../../wording/wording.js';
import { html, type Html } from '../../html.js';
import { alert, done, heading, hidden } from '../../account/fields.js';
import type { Answer, Fields, Visit } from '../../account/visit.js';
import { read, type Reply } from '../desk.js';
import type { Work, WorkbenchParts } from '../parts.js';
import { refusal } from '../refusal.js';
import { parameterTable } from './parameters.js';
import { PREVIEW, WORDING_PAGE, WORDINGS } from './paths.js';
import { asWording, changedIn, noticeName, templatesIn } from './wording.js';

/** A wording in a language, as an address or a form names them. */
interface Named {
  readonly wording: ActivityDefinition;
  readonly language: string;
}

export async function namedIn(
  fields: Fields,
  who: SignedIn,
  { desk }: Pick<WorkbenchParts, 'desk'>,
): Promise<Named | undefined> {
  const [id, language] = [fields('id'), languageTag(fields('for'))];
  if (!/^[A-Za-z0-9\-.]{1,64}$/.test(id) || language === undefined) return undefined;
  const found = await read(desk, who, `ActivityDefinition/${id}`);
  return found && { wording: asWording(found), language };
}

export const wordingPage: Work = async (visit, who, query, parts) => {
  const named = await namedIn(query, who, parts);
  if (!named) return unknown(visit);
  const templates = templatesIn(named.wording, named.language, parts.own);
  return shown(visit, named, parts, { text: part => templates?.[part] ?? '', isSaved: query('after') === 'saved' });
};

export const saveWording: Work = async (visit, who, fields, parts) => {
  const named = await namedIn(fields, who, parts);
  if (!named) return unknown(visit);
  const { wording, language } = named;
  const { id = '' } = wording;
  const resource = asJson(changedIn(wording, language, fields, parts.own));
  const version = fields('version');
  const reply = await parts.desk(who, { method: 'PUT', path: ['ActivityDefinition', id], resource, version });
  if (reply.status < 300) return { kind: 'go', to: visit.link(WORDING_PAGE, { id, for: language, after: 'saved' }) };
  return shown(visit, named, parts, { text: fields, reply });
};

interface Shown {
  /** The template of a part. */
  readonly text: (part: Part) => string;
  readonly reply?: Reply;
  readonly isSaved?: boolean;
}

function shown(visit: Visit, named: Named, { own }: WorkbenchParts, { text, reply, isSaved }: Shown): Answer {
  const { words, link } = visit;
  const { wording, language } = named;
  const isLate = reply?.status === 412;
  const content = html`${heading(words.wordings)}
    <h2>${noticeName(wording, own, words)} · <bdi>${ownName(language)}</bdi></h2>
    ${done(isSaved === true ? words.wordingSaved : undefined)}
    ${isLate ? alert(words.wordingChanged) : reply && refusal(reply)}
    ${isLate && stored(visit, templatesIn(wording, language, own), language)} ${editor(visit, named, text)}
    ${parameterTable(visit, wording, own)}
    <p class="links"><a href="${link(WORDINGS)}">${words.wordings}</a></p>`;
  return { kind: 'page', status: reply?.status ?? 200, title: words.wordings, content };
}

const LABELS = {
  subject: 'wordingSubject',
  text: 'wordingText',
  html: 'wordingHtml',
  sms: 'wordingSms',
} as const;

const ROWS: Readonly<Record<Part, number>> = { subject: 2, text: 12, html: 16, sms: 4 };

/** The preview is shown beside what was typed, which stays as it is. */
function editor({ words, link, form }: Visit, { wording, language }: Named, text: Shown['text']): Html {
  const named = { id: wording.id ?? '', for: language };
  const templates = PARTS.map(
    part =>
      html`<p class="template">
        <label for="${part}">${words[LABELS[part]]}</label>
        <textarea
          id="${part}"
          name="${part}"
          rows="${ROWS[part]}"
          lang="${language}"
          dir="${part === 'html' ? 'ltr' : directionOf(language)}"
          spellcheck="${part === 'html' ? 'false' : 'true'}"
        >
${text(part)}</textarea>
      </p>`,
  );
  return html`<div class="editor">
    ${form(
      WORDING_PAGE,
      html`${hidden('id', named.id)} ${hidden('for', language)} ${hidden('version', wording.meta?.versionId ?? '')}
        ${templates}
        <p class="actions">
          <button type="submit">${words.wordingSave}</button>
          <button type="submit" class="quiet" formaction="${link(PREVIEW, named)}" formtarget="preview">
            ${words.wordingPreview}
          </button>
        </p>`,
      named,
    )}
    <section aria-labelledby="preview-title">
      <h2 id="preview-title">${words.wordingPreviewTitle}</h2>
      <iframe name="preview" sandbox title="${words.wordingPreviewTitle}"></iframe>
    </section>
  </div>`;
}

const stored = ({ words }: Visit, templates: NoticeText | undefined, language: string): Html =>
  html`<section aria-labelledby="stored-title">
    <h2 id="stored-title">${words.wordingStored}</h2>
    ${PARTS.map(
      part =>
        html`<h3>${words[LABELS[part]]}</h3>
          <pre class="letter" lang="${language}" dir="auto" tabindex="0">${templates?.[part]}</pre>`,
    )}
  </section>`;

const unknown = ({ words }: Visit): Answer => ({
  ...{ kind: 'page', status: 404, title: words.wordings },
  content: heading(words.wordings, words.wordingUnknown),
});
