/** What a template of a wording may show. */
import type { ActivityDefinition } from 'fhir/r4.js';
import type { OwnCanonicals } from '../../../fhir/own-canonicals.js';
import { isEvent, parametersOf } from '../../../wording/parameters.table.js';
import { wordingOf } from '../../../wording/wording.js';
import { html, type Html } from '../../html.js';
import type { Visit } from '../../account/visit.js';
import { scrollTable } from '../scroll-table.js';

export function parameterTable({ words }: Visit, wording: ActivityDefinition, own: OwnCanonicals): Html | false {
  const { event } = wordingOf(wording, own);
  if (!isEvent(event)) return false;
  const rows = Object.entries(parametersOf(event)).map(
    ([name, { about, sample, secret }]) =>
      html`<tr>
        <th scope="row"><code dir="ltr">{{ ${name} }}</code></th>
        <td><bdi lang="en">${about}</bdi> ${secret === true && html`(${words.wordingSecret})`}</td>
        <td><bdi>${sample}</bdi></td>
      </tr>`,
  );
  const columns = [words.wordingParameter, words.wordingAbout, words.wordingSample];
  return html`<h2>${words.wordingParameters}</h2>
    ${scrollTable(words.wordingParameters, columns, rows)}`;
}
