/** Records side by side: what they say alike, and what they do not. */
import type { Patient } from 'fhir/r4.js';
import { html, type Html } from '../../html.js';
import type { Visit } from '../../account/visit.js';
import { contactsOf, dated, identifiersOf, lines, memberLink, oddities } from './person.js';

export function comparison(visit: Visit, pair: readonly Patient[]): Html {
  const { words } = visit;
  const rows: readonly (readonly [label: string, of: (one: Patient) => Html | false])[] = [
    [words.memberBirthDate, ({ birthDate }) => dated(birthDate)],
    [words.memberSex, ({ gender }) => gender !== undefined && html`${words[SEXES[gender]]}`],
    [words.memberIdentifier, one => lines(identifiersOf(one))],
    [words.memberContact, one => lines(contactsOf(one))],
    [words.memberAddress, one => lines(addressesOf(one))],
    [words.memberMind, one => lines(oddities(one, words).map(text => html`${text}`))],
  ];
  return html`<div class="scroll few" role="region" aria-label="${words.duplicateRecords}" tabindex="0">
    <table>
      <thead>
        <tr>
          <th scope="col">${words.memberName}</th>
          ${pair.map(one => html`<th scope="col">${memberLink(visit, one)}</th>`)}
          <th scope="col">${words.duplicateAlike}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(([label, of]) => row(visit, label, pair.map(of)))}
      </tbody>
    </table>
  </div>`;
}

function row({ words }: Visit, label: string, values: readonly (Html | false)[]): Html {
  const texts = new Set(values.map(value => (value === false ? '' : value.text)));
  const isAlike = texts.size === 1 && !texts.has('');
  return html`<tr ${!isAlike && html`class="differs"`}>
    <th scope="row">${label}</th>
    ${values.map(value => html`<td>${value}</td>`)}
    <td>${isAlike ? words.yes : texts.size > 1 && words.no}</td>
  </tr>`;
}

const SEXES = { male: 'sexMale', female: 'sexFemale', other: 'sexOther', unknown: 'sexUnknown' } as const;

const addressesOf = ({ address = [] }: Patient): Html[] =>
  address.map(({ line = [], city, postalCode, country, text }) => {
    const parts = [...line, postalCode, city, country].filter(part => part !== undefined);
    return html`<bdi>${text ?? parts.join(', ')}</bdi>`;
  });
