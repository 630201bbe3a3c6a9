/** The texts of one language: what is missing, or was written here, or all; some at a time, to be written and saved. */
import type { Basic } from 'fhir/r4.js';
import { languageTag } from '../../../fhir/language-tag.js';
import { asJson } from '../../../fhir/resource.js';
import { ownName } from '../../../texts/language.js';
import { TRANSLATION, translationOf, withTexts } from '../../../texts/translation.js';
import { html } from '../../html.js';
import { alert, done, heading } from '../../account/fields.js';
import type { Answer, Fields, Visit } from '../../account/visit.js';
import type { Reply } from '../desk.js';
import type { Work, WorkbenchParts } from '../parts.js';
import { refusal } from '../refusal.js';
import { chooser, editor, KEPT } from './editor.js';
import { LANGUAGE, TRANSLATIONS } from './paths.js';
import { chosen, translationIn, type Text } from './texts.js';

/** Texts on a page. */
const PAGE = 20;

export const languagePage: Work = async (visit, who, query, parts) => {
  const tag = languageTag(query('tag'));
  if (tag === undefined) return noLanguage(visit);
  const translation = await translationIn(tag, who, parts);
  const text = ({ own = '' }: Text): string => own;
  return shown(visit, { tag, translation, query, text, isSaved: query('after') === 'saved' }, parts);
};

/** The form names the texts that it has fields for; all others stay. */
export const saveTexts: Work = async (visit, who, fields, parts) => {
  const tag = languageTag(fields('tag'));
  if (tag === undefined) return noLanguage(visit);
  const before = await translationIn(tag, who, parts);
  const { own, desk } = parts;
  const written = { ...(before ? translationOf(before, own) : {}) };
  for (const key of fields('keys').split(' ')) {
    const text = fields(`text-${key}`).trim();
    if (text === '') Reflect.deleteProperty(written, key);
    else written[key] = text;
  }
  const blank: Basic = { resourceType: 'Basic', language: tag, code: own.concept('basic-type', TRANSLATION) };
  const resource = asJson(withTexts(before ?? blank, written, own));
  const reply = await desk(who, {
    ...(before
      ? { method: 'PUT', path: ['Basic', before.id ?? ''], version: fields('version') }
      : { method: 'POST', path: ['Basic'] }),
    resource,
  });
  if (reply.status < 300) return { kind: 'go', to: visit.link(LANGUAGE, { ...keptIn(fields), after: 'saved' }) };
  const translation = await translationIn(tag, who, parts);
  const text = ({ key }: Text): string => fields(`text-${key}`);
  return shown(visit, { tag, translation, query: fields, text, reply }, parts);
};

const keptIn = (fields: Fields): Record<string, string> =>
  Object.fromEntries(KEPT.flatMap(name => (fields(name) === '' ? [] : [[name, fields(name)] as const])));

interface Shown {
  readonly tag: string;
  readonly translation: Basic | undefined;
  readonly query: Fields;
  /** What a field holds. */
  readonly text: (text: Text) => string;
  readonly reply?: Reply;
  readonly isSaved?: boolean;
}

function shown(visit: Visit, { tag, translation, query, text, reply, isSaved }: Shown, parts: WorkbenchParts): Answer {
  const { words, link } = visit;
  const all = chosen(tag, translation, query, parts.own);
  const from = /^\d{1,5}$/.test(query('from')) ? Number(query('from')) : 0;
  const page = all.slice(from, from + PAGE);
  const kept = { ...keptIn(query), tag };
  const content = html`${heading(words.translations)}
    <h2><bdi lang="${tag}">${ownName(tag)}</bdi></h2>
    ${done(isSaved === true ? words.translationSaved : undefined)}
    ${reply?.status === 412 ? alert(words.translationChanged) : reply && refusal(reply)} ${chooser(visit, tag, query)}
    ${
      page.length === 0
        ? html`<p role="status">${words.translationNone}</p>`
        : editor(visit, { tag, page, text, version: translation?.meta?.versionId ?? '', kept })
    }
    ${
      all.length > from + PAGE &&
      html`<nav class="links" aria-label="${words.resourcePages}">
        <a href="${link(LANGUAGE, { ...kept, from: String(from + PAGE) })}" rel="next">${words.resourceNext}</a>
      </nav>`
    }
    <p class="links"><a href="${link(TRANSLATIONS)}">${words.translations}</a></p>`;
  return { kind: 'page', status: reply?.status ?? 200, title: words.translations, content };
}

const noLanguage = ({ words }: Visit): Answer => ({
  ...{ kind: 'page', status: 404, title: words.translations },
  content: heading(words.translations, words.translationNoLanguage),
});
