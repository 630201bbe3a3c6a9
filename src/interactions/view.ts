/** `_summary` and `_elements` on an answer that is one resource. https://hl7.org/fhir/R4/search.html#summary */
import { Fault } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import { parseView, project, type View } from '../formats/summary.js';
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

const same = (json: string): string => json;

const shaped =
  (context: Context, view: View) =>
  (json: string): string =>
    JSON.stringify(project(parseStored<Resource>(json), view, context.services.definitions));
