/**
 * A REST write: through the write pipeline, then the answer that the client prefers. https://hl7.org/fhir/R4/http.html#ops
 */
import type { Issue } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import { outcomeOf } from '../fhir/outcome.js';
import { warningHeader } from '../fhir/warning-header.js';
import type { Resource } from '../fhir/resource.js';
import type { FhirResponse, ResponseBody } from '../fhir/response.js';
import type { Changes, Context, Result, HandlerParts } from '../service.js';
import type { Criterion, Put, Version } from '../store/port.js';
import { briefText, shownText } from '../content/text.js';
import { sentBy } from '../writing/draft.js';
import { mergeChanges } from '../writing/merge-changes.js';
import { sameContent } from '../writing/same-content.js';
import { contentHeaders, location, versionHeaders } from './version.js';
import { writtenView } from './view.js';
import { defined } from '../fhir/defined.js';

export type WriteParts = Pick<HandlerParts, 'writing' | 'blobs' | 'definitions'>;

export interface Written {
  resource: Resource & { id: string };
  previous: Version | undefined;
  method: 'POST' | 'PUT' | 'PATCH';
  criteria?: Changes['criteria'];
}

/** The result of writing a resource: 201 for a new or restored one, else 200. */
export async function write(
  context: Context,
  { criteria = [], ...content }: Written,
  parts: WriteParts,
): Promise<Result> {
  const { previous } = content;
  const { put, changes } = await parts.writing.write(sentBy(context, content), context);
  if (isRepeated(content, put)) return unchanged(context, previous!, parts, criteria);
  const settled = await settledAlone(context, [put], parts);
  const status = previous && !previous.deleted ? 200 : 201;
  const whole = mergeChanges([changes, settled, { criteria }]);
  return { response: await response(context, put, status, parts), changes: whole };
}

/** An update that the portal's rule has made the same as what is stored. */
const isRepeated = ({ method, previous }: Written, put: Put): boolean =>
  method === 'PUT' && previous?.deleted === false && sameContent(previous.json, parseStored<Resource>(put.json));

/** What a request that is no part of a transaction comes to; its warnings are added to the context. */
export async function settledAlone(
  context: Context,
  puts: readonly Put[],
  { writing }: Pick<WriteParts, 'writing'>,
): Promise<Changes> {
  if (context.isPart) return {};
  const { changes, warnings } = await writing.settle(puts, context);
  context.warnings.push(...[...warnings.values()].flat());
  return changes;
}

/** A write that changes nothing makes no version; the answer describes the current one, by which `criteria` chose it. */
export async function unchanged(
  context: Context,
  version: Version,
  parts: WriteParts,
  criteria: readonly Criterion[] = [],
): Promise<Result> {
  const { key, version: number } = version;
  const reliesOn = { criteria, unchanged: [{ key, version: number }] };
  return { response: await response(context, version, 200, parts), reliesOn };
}

async function response(
  context: Context,
  version: Version | Put,
  status: number,
  parts: WriteParts,
): Promise<FhirResponse> {
  const { request, route } = context;
  // Without Location, the client of a conditional write or of a Bundle could not tell which resource was written.
  const located = status === 201 || request.method === 'POST' || route.conditional || request.body?.kind === 'resource';
  const headers = {
    ...(status === 200 ? contentHeaders : versionHeaders)(context, version),
    ...defined({
      location: located ? location(context, version) : undefined,
      warning: warningHeader(context.warnings),
    }),
  };
  const body = await preferred(context, version, parts);
  const warnings = context.warnings.length > 0 ? context.warnings : undefined;
  return { status, headers, at: version.at, ...defined({ body, warnings }) };
}

async function preferred(context: Context, version: Version, parts: WriteParts): Promise<ResponseBody | undefined> {
  const { return: wanted } = context.prefer;
  const view = writtenView(context, parts.definitions);
  if (wanted === 'minimal') return undefined;
  if (wanted !== 'OperationOutcome') {
    const isBrief = wanted === undefined && context.request.body?.kind === 'stream';
    return { kind: 'json', text: view(await (isBrief ? briefText : shownText)(parts.blobs, version)) };
  }
  const diagnostics = `${version.key.type}/${version.key.id} is at version ${version.version}.`;
  const done: Issue = { severity: 'information', code: 'informational', diagnostics };
  return { kind: 'resource', resource: outcomeOf([done, ...context.warnings]) };
}
