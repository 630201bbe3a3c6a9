/** The languages that are enabled, with what each lacks, and the way to another one. */
import type { Parameters, ParametersParameter } from 'fhir/r4.js';
import { ownName } from '../../../texts/language.js';
import { html, type Html } from '../../html.js';
import { field, heading } from '../../account/fields.js';
import type { Visit } from '../../account/visit.js';
import { filterForm } from '../filter-form.js';
import type { Work } from '../parts.js';
import { refusal } from '../refusal.js';
import { scrollTable } from '../scroll-table.js';
import { LANGUAGE } from './paths.js';

export const translationsPage: Work = async (visit, who, _query, { desk }) => {
  const { words } = visit;
  const reply = await desk(who, { method: 'GET', path: ['Basic', '$untranslated'] });
  const found = reply.status < 300 ? (reply.resource as unknown as Parameters) : {};
  const { parameter = [] } = found as Partial<Parameters>;
  const rows = parameter.map(({ part = [] }) => row(visit, part));
  const columns = [words.translationLanguage, words.translationLacks];
  const content = html`${heading(words.translations, words.translationsWhy)} ${refusal(reply)}
  ${rows.length > 0 && scrollTable(words.translations, columns, rows)}
  ${filterForm(
    visit,
    LANGUAGE,
    words.translationOpen,
    field({
      name: 'tag',
      label: words.translationOther,
      autocomplete: 'off',
      hint: words.translationOtherHint,
      most: 35,
    }),
  )}`;
  return { kind: 'page', status: reply.status, title: words.translations, content };
};

function row({ words, link }: Visit, parts: readonly ParametersParameter[]): Html {
  const tag = parts.find(({ name }) => name === 'tag')?.valueCode ?? '';
  const count = (of: string): number => parts.filter(({ name }) => name === of).length;
  return html`<tr>
    <th scope="row">
      <a href="${link(LANGUAGE, { tag })}"><bdi lang="${tag}">${ownName(tag)}</bdi></a>
    </th>
    <td>${words.translationTexts}: ${count('text')} · ${words.wordings}: ${count('wording')}</td>
  </tr>`;
}
