/** `_summary` and `_elements` on an answer that is one resource. https://hl7.org/fhir/R4/search.html#summary */
import type { Definitions } from '../definitions/definitions.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import { assertElements, parseView, project, unknownParameter, VIEW, type View } from '../formats/summary.js';
import type { Context } from '../service.js';

/** Makes the requested view of a stored text; the text itself if no view is requested. Fault `invalid` for any other parameter. */
export function viewOf(context: Context, definitions: Definitions): (json: string) => string {
  const unknown = context.request.query.find(([name]) => !VIEW.has(name));
  if (unknown && !context.lenient) throw unknownParameter();
  return writtenView(context, definitions);
}

/** The same for the answer to a write, whose query may hold criteria: other parameters are not refused. */
export function writtenView(context: Context, definitions: Definitions): (json: string) => string {
  const { query } = context.request;
  const view = query.length > 0 ? parseView(query) : undefined;
  if (view) checkElements(context, definitions, view);
  return view ? json => shown(definitions, view, json) : same;
}

/** Fault `invalid` for an element that no type of this request has, unless the request is lenient. */
export function checkElements({ endpoint, route, lenient }: Context, definitions: Definitions, view: View): void {
  const types = route.type === undefined ? [...endpoint.resources.keys()] : [route.type];
  if (!lenient) assertElements(definitions, view, types);
}

const same = (json: string): string => json;

/** The text of a resource in a view. */
export const shown = (definitions: Definitions, view: View | undefined, json: string): string =>
  view ? JSON.stringify(project(parseStored<Resource>(json), view, definitions)) : json;
