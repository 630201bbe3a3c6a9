/** `_summary` and `_elements` on an answer that is one resource. https://hl7.org/fhir/R4/search.html#summary */
import { Fault } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import { project, type Summary, type View } from '../formats/summary.js';
import type { Query } from '../fhir/request.js';
import type { Context } from '../service.js';

const FORM = new Set(['_format', '_pretty', '_summary', '_elements']);

/** A function from stored text to the text asked for: the same text where nothing was asked. */
export function viewOf(context: Context): (json: string) => string {
  const { query } = context.request;
  if (query.length === 0) return same;
  const unknown = query.find(([name]) => !FORM.has(name));
  if (unknown && !context.lenient) {
    throw new Fault('invalid', 'This request takes no parameter but _format, _pretty, _summary and _elements.', {
      code: 'not-supported',
    });
  }
  const view = parseView(query);
  return view ? shaped(context, view) : same;
}

const SUMMARIES: readonly Summary[] = ['true', 'text', 'data', 'count', 'false'];

/** The view these parameters ask for; undefined for the whole. Fault `invalid` for a value there is not. */
function parseView(query: Query): View | undefined {
  const summary = query.find(([name]) => name === '_summary')?.[1];
  const elements = query.filter(([name]) => name === '_elements').flatMap(([, value]) => value.split(','));
  if (summary !== undefined && !SUMMARIES.some(one => one === summary)) throw badView('_summary');
  if (elements.some(element => !/^[A-Za-z.]+$/.test(element))) throw badView('_elements');
  if (elements.length === 0) return summary === undefined ? undefined : { summary: summary as Summary };
  return { elements: elements.map(element => element.replace(/^[A-Z]\w*\./, '')) };
}

const badView = (name: string): Fault =>
  new Fault('invalid', `The value of ${name} is not understood.`, { code: 'value' });

const same = (json: string): string => json;

const shaped =
  (context: Context, view: View) =>
  (json: string): string =>
    JSON.stringify(project(parseStored<Resource>(json), view, context.services.definitions));
