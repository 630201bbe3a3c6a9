/** The forms of a language's page: which texts are shown, and a field for each. */
import { directionOf } from '../../../texts/language.js';
import { html, type Html } from '../../html.js';
import { choice, field, hidden, submit } from '../../account/fields.js';
import type { Fields, Visit } from '../../account/visit.js';
import { filterForm } from '../filter-form.js';
import { LANGUAGE } from './paths.js';
import { shows, type Text } from './texts.js';

/** The names of what an address chooses by. */
export const KEPT = ['tag', 'show', 'find', 'from'] as const;

const LABELS = { missing: 'translationMissing', own: 'translationOwn', all: 'translationAll' } as const;

export function chooser(visit: Visit, tag: string, query: Fields): Html {
  const { words } = visit;
  const options = shows.map((show): [string, Html] => [show, html`${words[LABELS[show]]}`]);
  return filterForm(
    visit,
    LANGUAGE,
    words.translationShow,
    html`${hidden('tag', tag)} ${choice('show', words.translationShow, options, query('show'))}
    ${field({
      ...{ name: 'find', label: words.translationFind, autocomplete: 'off', isOptional: true, most: 100 },
      ...{ value: query('find'), direction: 'auto' },
    })}`,
  );
}

interface Edited {
  readonly tag: string;
  readonly page: readonly Text[];
  readonly text: (text: Text) => string;
  readonly version: string;
  readonly kept: Readonly<Record<string, string>>;
}

export const editor = ({ words, form }: Visit, { tag, page, text, version, kept }: Edited): Html =>
  form(
    LANGUAGE,
    html`<p class="advice">${words.translationHint}</p>
      ${Object.entries(kept).map(([name, value]) => hidden(name, value))} ${hidden('version', version)}
      ${hidden('keys', page.map(({ key }) => key).join(' '))} ${page.map(one => textField(one, tag, text(one)))}
      ${submit(words.translationSave)}`,
    kept,
  );

const textField = ({ key, source, installed }: Text, tag: string, text: string): Html =>
  html`<p class="template">
    <label for="${key}"><bdi lang="en">${source}</bdi></label>
    <span class="advice">
      <code dir="ltr">${key}</code>
      ${installed !== undefined && installed !== source && html`· <bdi lang="${tag}">${installed}</bdi>`}
    </span>
    <textarea id="${key}" name="text-${key}" rows="2" lang="${tag}" dir="${directionOf(tag)}" maxlength="2000">
${text}</textarea>
  </p>`;
