/** Values of FHIR's data types as a person reads them. https://hl7.org/fhir/R4/datatypes.html */
import { isObject, type Json, type JsonObject } from '../../fhir/resource.js';
import { html, type Html } from '../html.js';
import { addressPath, referencePath, type PageBase } from './links.js';

/** Elements that carry no content of their own. */
const UNSHOWN = new Set(['resourceType', 'text', 'meta', 'contained']);

/** The elements of a resource, one below the other; narrative, metadata and contained resources stand in the JSON alone. */
export const elementsView = (resource: JsonObject, base: PageBase): Html => elements(resource, base, UNSHOWN);

function elements(value: JsonObject, base: PageBase, left: ReadonlySet<string> = new Set()): Html {
  const shown = Object.entries(value).filter(
    ([name, item]) => item !== undefined && !left.has(name) && !name.startsWith('_'),
  );
  return html`<dl class="elements">
    ${shown.map(
      ([name, item]) =>
        html`<div>
          <dt dir="ltr">${name}</dt>
          <dd>${valueView(item!, base)}</dd>
        </div>`,
    )}
  </dl>`;
}

function valueView(value: Json, base: PageBase): Html {
  if (Array.isArray(value)) return value.length === 1 ? valueView(value[0]!, base) : items(value, base);
  if (!isObject(value)) return plain(value, base);
  const short = summaryOf(value, base);
  return short ?? elements(value, base);
}

const items = (values: readonly Json[], base: PageBase): Html =>
  html`<ul>
    ${values.map(value => html`<li>${valueView(value, base)}</li>`)}
  </ul>`;

function plain(value: Json, base: PageBase): Html {
  if (typeof value !== 'string') return html`<bdi dir="ltr">${JSON.stringify(value)}</bdi>`;
  const path = addressPath(value, base);
  return path === undefined ? html`<bdi>${value}</bdi>` : html`<a href="${path}" dir="ltr">${value}</a>`;
}

/** A value of a common data type in one line; undefined where it is of none, or holds more than the line would tell. */
function summaryOf(value: JsonObject, base: PageBase): Html | undefined {
  const names = new Set(Object.keys(value).filter(name => name !== 'id'));
  const form = forms.find(({ of }) => [...names].every(name => of.has(name)) && names.size > 0);
  return form?.line(value, base);
}

interface Form {
  /** All elements that the line tells. */
  readonly of: ReadonlySet<string>;
  readonly line: (value: JsonObject, base: PageBase) => Html;
}

const words = (...parts: readonly (Json | undefined)[]): string =>
  parts
    .flat()
    .filter(part => part !== undefined && part !== null)
    .map(part => (typeof part === 'string' ? part : JSON.stringify(part)))
    .join(' ');

const line = (text: string): Html => html`<bdi>${text}</bdi>`;
const code = (text: string): Html => html`<code dir="ltr">${text}</code>`;

function coding({ system, code: symbol, display }: JsonObject): Html {
  const key = words(system, symbol);
  return html`${display !== undefined && line(words(display))} ${key !== '' && code(key)}`;
}

function reference(value: JsonObject, base: PageBase): Html {
  const address = words(value['reference']);
  const path = referencePath(address, base);
  const name = line(words(value['display'] ?? value['reference'] ?? ''));
  const logical = isObject(value['identifier']) ? identifier(value['identifier']) : undefined;
  return html`${path === undefined ? name : html`<a href="${path}">${name}</a>`} ${logical}`;
}

const identifier = ({ system, value }: JsonObject): Html =>
  html`${line(words(value))} ${system !== undefined && code(words(system))}`;

const forms: readonly Form[] = [
  { of: new Set(['reference', 'display', 'type', 'identifier']), line: reference },
  { of: new Set(['system', 'version', 'code', 'display', 'userSelected']), line: coding },
  {
    of: new Set(['coding', 'text']),
    line: ({ coding: list, text }) =>
      html`${text !== undefined && line(words(text))} ${(Array.isArray(list) ? list : []).filter(isObject).map(coding)}`,
  },
  { of: new Set(['system', 'value', 'use', 'type', 'period', 'assigner']), line: identifier },
  {
    of: new Set(['system', 'value', 'use', 'rank']),
    line: ({ system, value, use }) => html`${line(words(value))} ${code(words(system, use))}`,
  },
  {
    of: new Set(['text', 'prefix', 'given', 'family', 'suffix', 'use']),
    line: ({ text, prefix, given, family, suffix }) => line(words(text ?? words(prefix, given, family, suffix))),
  },
  {
    of: new Set(['text', 'line', 'city', 'district', 'state', 'postalCode', 'country', 'use', 'type']),
    line: ({ text, line: lines, postalCode, city, district, state, country }) =>
      line(words(text ?? words(lines, postalCode, city, district, state, country))),
  },
  {
    of: new Set(['start', 'end']),
    line: ({ start, end }) => html`<bdi dir="ltr">${words(start ?? '…')} – ${words(end ?? '…')}</bdi>`,
  },
  {
    of: new Set(['value', 'comparator', 'unit', 'system', 'code']),
    line: ({ comparator, value, unit, code: symbol }) =>
      html`<bdi dir="ltr">${words(comparator, value, unit ?? symbol)}</bdi>`,
  },
];
