/** Addresses of further pages. https://hl7.org/fhir/R4/http.html#paging */
import { formText } from './form.js';
import type { Query } from './request.js';

/** These say in which form an answer comes, not what is in it: links keep them in the open. */
const FORM = new Set(['_format', '_pretty']);

/** The page that a sealed cursor leads to, in the form that the address of the first, of these parameters, asked for. */
export const pageUrl = (address: string, cursor: string, query: Query): string =>
  `${address}?${formText([['_page', cursor], ...query.filter(([name]) => FORM.has(name))])}`;
