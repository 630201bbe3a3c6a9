/** delete and conditional delete. https://hl7.org/fhir/R4/http.html#delete */
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { warningHeader } from '../fhir/warning-header.js';
import { outcomeOf } from '../fhir/outcome.js';
import type { Query } from '../fhir/request.js';
import type { FhirResponse } from '../fhir/response.js';
import type { Context, Handler, Result, HandlerParts } from '../service.js';
import type { Criterion, Key, Version } from '../store/port.js';
import { atMostOne, matching, MAX_MATCHES, type CriteriaMatch, type CriteriaParts } from './conditional.js';
import { absent, checkIfMatch, current, instanceKey } from './version.js';
import { settledAlone } from './write.js';
import { mergeChanges } from '../writing/merge-changes.js';

type DeleteParts = CriteriaParts & Pick<HandlerParts, 'writing'>;

export const createDelete =
  (parts: DeleteParts): Handler =>
  async context => {
    if (context.route.conditional) return conditionalDelete(context, parts);
    const key = instanceKey(context);
    const version = await current(context, key);
    // R4 asks for success if there is nothing to delete. People get 404, the same for absent and hidden resources.
    if (!version && context.actor.kind !== 'system') throw absent(key);
    checkIfMatch(context, version);
    if (version && !version.deleted) return deletion(context, [version], parts);
    return { response: gone(context, 0), reliesOn: { criteria: [nothingAt(key)] } };
  };

const nothingAt = ({ partition, type, id }: Key): Criterion => ({
  partition,
  type,
  where: { kind: 'id', ids: [id] },
  ids: [],
});

async function conditionalDelete(context: Context, parts: DeleteParts): Promise<Result> {
  const { route, request } = context;
  const match = await deletable(context, route.type ?? '', request.query, parts);
  const [first, ...others] = match.versions;
  for (const version of [first, ...others]) checkIfMatch(context, version);
  const { response, changes = {} } = await deletion(context, match.versions, parts);
  return { response, changes: mergeChanges([changes, { criteria: [match.criterion] }]) };
}

/** The matches of a conditional delete. Faults: `precondition` for several if only one may match, `too-costly` for too many. */
export async function deletable(
  context: Context,
  type: string,
  criteria: Query,
  parts: CriteriaParts,
): Promise<CriteriaMatch> {
  const multiple = context.endpoint.resources.get(type)?.conditionalDelete === 'multiple';
  const match = await matching(context, type, criteria, parts, { limit: multiple ? MAX_MATCHES : 1 });
  if (!multiple) atMostOne(match);
  if (match.versions.length > MAX_MATCHES) {
    throw new Fault('too-costly', `The criteria match more than ${MAX_MATCHES} resources.`);
  }
  return match;
}

async function deletion(context: Context, versions: readonly Version[], parts: DeleteParts): Promise<Result> {
  const puts = versions.map(version => parts.writing.remove(version, context));
  const settled = await settledAlone(context, puts, parts);
  const etag = puts.length === 1 && puts[0] ? { etag: `W/"${puts[0].version}"` } : {};
  const response = gone(context, puts.length);
  const headers = { ...response.headers, ...etag };
  return { response: { ...response, headers }, changes: mergeChanges([{ puts }, settled]) };
}

function gone(context: Context, count: number): FhirResponse {
  const { warnings } = context;
  const told = warnings.length > 0 ? { warnings } : {};
  const headers = defined({ warning: warningHeader(warnings) });
  if (context.prefer.return !== 'OperationOutcome') return { status: 204, headers, ...told };
  const diagnostics = count === 1 ? '1 resource was deleted.' : `${count} resources were deleted.`;
  const resource = outcomeOf([{ severity: 'information', code: 'informational', diagnostics }, ...warnings]);
  return { status: 200, headers, body: { kind: 'resource', resource }, ...told };
}
