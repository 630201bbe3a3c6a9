/** `_summary` and `_elements` on an answer that is one resource. https://hl7.org/fhir/R4/search.html#summary */
import { Fault } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import { parseView, project, type View } from '../formats/summary.js';
import type { Context } from '../service.js';

const FORM = new Set(['_format', '_pretty', '_summary', '_elements']);

/**
 * A function from stored text to the text asked for: the same text where nothing was asked. Criteria are looked at where
 * they are evaluated; of any other request Fault `invalid` for a parameter that is none of these.
 */
export function viewOf(context: Context): (json: string) => string {
  const { query } = context.request;
  if (query.length === 0 || context.route.conditional) return same;
  const unknown = query.find(([name]) => !FORM.has(name));
  if (unknown && !context.lenient) {
    throw new Fault('invalid', 'This request takes no parameter but _format, _pretty, _summary and _elements.', {
      code: 'not-supported',
    });
  }
  const view = parseView(query);
  return view ? json => shown(context, view, json) : same;
}

const same = (json: string): string => json;

/** What a view shows of a resource's text. */
export const shown = ({ services }: Context, view: View | undefined, json: string): string =>
  view ? JSON.stringify(project(parseStored<Resource>(json), view, services.definitions)) : json;
