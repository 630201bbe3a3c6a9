/** Which value sets and code systems a search names, so that they can be fetched before it is parsed. */
import type { Query } from '../fhir/request.js';
import { splitEscaped, unescape } from './escape.js';

const MODIFIER = /:(in|not-in|above|below)$/;
/** The operators of `_filter` that mean the same. */
const OPERATOR = /\s(in|ni|ss|sb)\s+(?:"([^"]*)"|([^\s()"]+))/g;

/** Canonical URLs and references, distinct; [] for a search that asks nothing of terminology. */
export function terminologyNames(query: Query): string[] {
  const values = query.flatMap(([name, value]) => {
    if (name === '_filter') return [...value.matchAll(OPERATOR)].map(match => match[2] ?? match[3] ?? '');
    return MODIFIER.test(name) ? splitEscaped(value, ',') : [];
  });
  // `:above` and `:below` of tokens name a code's system; of URLs, nothing that is looked up.
  const names = values.map(value => unescape(splitEscaped(value, '|')[0] ?? ''));
  return [...new Set(names)].filter(name => name !== '');
}
