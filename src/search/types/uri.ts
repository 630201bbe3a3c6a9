/** URI search: exact, or by path with `:above` and `:below`. https://hl7.org/fhir/R4/search.html#uri */
import type { Json } from '../../fhir/resource.js';
import { unescape } from '../escape.js';
import { anyForm, VERBATIM } from '../keys.js';
import { badValue } from '../limits.js';
import type { Sink, Term, TermContext, ValueType } from './type.js';

function extract(value: Json, sink: Sink): void {
  if (typeof value !== 'string' || value === '') return;
  sink.posting(anyForm(value));
  // A canonical's version, and the fragment of it or of meta.source, may be left out of the search.
  for (const { index } of value.matchAll(/[|#]/g)) if (index > 0) sink.posting(anyForm(value.slice(0, index)));
  sink.text(VERBATIM, value);
}

const posting = (uri: string): Term => ({ kind: 'posting', suffix: anyForm(uri) });

/** The URL itself and every shorter one it lies below. */
function above(url: string): Term[] {
  const path = url.indexOf('/', url.indexOf('://') + 3);
  const ends = [...url.matchAll(/\//g)].map(match => match.index).filter(index => path > 0 && index >= path);
  const shorter = ends.flatMap(end => [url.slice(0, end), url.slice(0, end + 1)]);
  return [...new Set([url, ...shorter])].slice(0, 100).map(posting);
}

function below(url: string): Term[] {
  const text = (match: 'equals' | 'prefix', value: string): Term => ({ kind: 'text', suffix: VERBATIM, match, value });
  return url.endsWith('/') ? [text('prefix', url)] : [text('equals', url), text('prefix', `${url}/`)];
}

function terms(value: string, modifier: string | undefined, { name }: TermContext): Term[] {
  const uri = unescape(value);
  if (modifier === undefined) return [posting(uri)];
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:\/\/./.test(uri)) throw badValue(name, `':${modifier}' needs a URL.`);
  return modifier === 'above' ? above(uri) : below(uri);
}

export const uri: ValueType = {
  modifiers: ['above', 'below'],
  dataTypes: ['uri', 'url', 'canonical', 'oid', 'uuid'],
  extract,
  terms,
};
