/** Addresses of further pages. https://hl7.org/fhir/R4/http.html#paging */
import { formText } from './form.js';
import type { Query } from './request.js';

/** These say in which form and how many at a time, not what is in an answer: links keep them in the open. */
const SHOWN = new Set(['_format', '_pretty', '_count']);

/** A caller may add these to a link, or change them there: they show no more than the link does. */
const CHANGEABLE = new Set([...SHOWN, '_elements']);

/** Page starts that a link carries: each makes it longer. */
const MAX_STARTS = 10;

/** The page that a sealed cursor leads to, in the form and size that these parameters ask for. */
export const pageUrl = (address: string, cursor: string, query: Query): string =>
  `${address}?${formText([['_page', cursor], ...query.filter(([name]) => SHOWN.has(name))])}`;

/** The parameters of the first page, with those that stand beside the cursor of a later page in place of theirs. */
export function continuedQuery(first: Query, beside: Query): Query {
  const changed = beside.filter(([name]) => CHANGEABLE.has(name));
  const names = new Set(changed.map(([name]) => name));
  // Elements and a summary exclude each other.
  if (names.has('_elements')) names.add('_summary');
  return [...first.filter(([name]) => !names.has(name)), ...changed];
}

/** Whether these are beside a cursor by right. */
export const mayContinue = (beside: Query): boolean =>
  beside.every(([name]) => name === '_page' || CHANGEABLE.has(name));

/** The starts of the pages up to the next one, the latest of them; null is the beginning. */
export const startsTo = <Start>(starts: readonly Start[], next: Start): Start[] => [...starts, next].slice(-MAX_STARTS);

/** Whether a cursor was made for this path. */
export const isOfPath = (path: unknown, requested: readonly string[]): boolean =>
  Array.isArray(path) && path.join('/') === requested.join('/');
