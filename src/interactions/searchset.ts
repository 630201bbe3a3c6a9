/** The searchset Bundle. https://hl7.org/fhir/R4/bundle.html#searchset */
import { bundleText, lengthOfHead, type BundleEntry, type BundleLink } from '../fhir/bundle.js';
import type { Ids } from '../fhir/clock.js';
import type { Issue } from '../fhir/fault.js';
import { formText } from '../fhir/form.js';
import { outcomeOf } from '../fhir/outcome.js';
import type { Query } from '../fhir/request.js';
import type { FhirResponse } from '../fhir/response.js';
import type { ParsedSearch } from '../search/parse.js';
import type { Context, HandlerParts } from '../service.js';
import type { Version } from '../store/port.js';
import { searchPath, type SearchQuestion } from './search-question.js';
import { createBreather } from '../runtime/breather.js';
import { shownText } from '../content/text.js';
import { shown } from './view.js';
import { defined } from '../fhir/defined.js';

export type SearchsetParts = Pick<HandlerParts, 'definitions' | 'blobs' | 'ids'>;

interface Content {
  total?: number;
  links: readonly BundleLink[];
  matches: readonly Version[];
  others: readonly BundleEntry[];
}

export async function searchset(
  context: Context,
  { parsed, total: linked }: SearchQuestion,
  content: Content,
  parts: SearchsetParts,
): Promise<FhirResponse> {
  const shape = shapeOf(parsed, parts);
  const self: BundleLink = {
    relation: 'self',
    url: selfUrl(context, linked === undefined ? parsed.applied : context.request.query),
  };
  const { total, links, matches, others } = content;
  const entries = await resourceEntries(context, matches, { mode: 'match', shape }, parts);
  const head = { type: 'searchset' as const, ...defined({ total }), link: [self, ...links] };
  const text = bundleText(head, [...entries, ...others]);
  // Warnings repeat words of the request behind the entries.
  const warned = others.some(({ search }) => search?.mode === 'outcome');
  const reflected = warned ? undefined : lengthOfHead(text);
  return { status: 200, headers: {}, ...defined({ reflected }), body: { kind: 'json', text } };
}

type Shape = (json: string) => string;

/** The resources of this search as they are stored, as summaries, or with some elements alone. */
export function shapeOf(
  { summary, elements }: Pick<ParsedSearch, 'summary' | 'elements'>,
  { definitions }: SearchsetParts,
): Shape {
  const wanted = summary !== undefined && summary !== 'false' && summary !== 'count' ? summary : undefined;
  if (wanted === undefined && elements === undefined) return json => json;
  const view = defined({ summary: wanted, elements });
  return json => shown(definitions, view, json);
}

export async function resourceEntries(
  context: Context,
  versions: readonly Version[],
  { mode, shape }: { mode: 'match' | 'include'; shape: Shape },
  { blobs }: SearchsetParts,
): Promise<BundleEntry[]> {
  const { url } = context.endpoint;
  const search = { mode };
  const entries: BundleEntry[] = [];
  const breathe = createBreather();
  for (const version of versions) {
    const text = shownText(blobs, version);
    const json = shape(typeof text === 'string' ? text : await text);
    entries.push({ fullUrl: `${url}/${addressOf(version)}`, json, search });
    if (json !== text) await breathe();
  }
  return entries;
}

/** That of a contained resource is its container's, with the fragment that names it there. */
const addressOf = ({ key: { type, id } }: Version): string => (id.includes('#') ? id : `${type}/${id}`);

/** Each entry of a searchset has a fullUrl: an outcome, which is stored nowhere, gets a fresh one. */
export const outcomeEntry = (ids: Ids, warnings: readonly Issue[]): BundleEntry => ({
  fullUrl: `urn:uuid:${ids.next()}`,
  json: JSON.stringify(outcomeOf(warnings)),
  search: { mode: 'outcome' },
});

/** The address of this search, with those parameters that the server used. */
function selfUrl(context: Context, applied: Query): string {
  const path = searchPath(context).map(encodeURIComponent);
  const text = formText(applied);
  return [context.endpoint.url, ...path].join('/') + (text === '' ? '' : `?${text}`);
}
