/**
 * `$reindex`: puts the SearchParameters that were posted to a customer's endpoint, or deleted there, into force. It answers
 * at once; a background worker indexes the resources. https://hl7.org/fhir/R4/searchparameter.html
 */
import type { Definitions } from '../../definitions/definitions.js';
import { Fault } from '../../fhir/fault.js';
import { FILE_BASE } from '../../fhir/own-canonicals.js';
import { containedType } from '../../search/contained.js';
import { parseStored } from '../../fhir/json.js';
import type { JsonObject, Resource } from '../../fhir/resource.js';
import type { Context, Operation, HandlerParts } from '../../service.js';
import {
  begun,
  generationChange,
  REINDEX,
  SETTLE,
  stateChange,
  stateOf,
  type ReindexState,
} from '../../conformance/reindex-state.js';
import type { ReindexInput, ReindexOutput } from '../types.js';
import { statusOf, statusUrl } from './status.js';

/** SearchParameters of its own that a customer may have. */
const MAX_PARAMETERS = 200;

export type ReindexParts = Pick<HandlerParts, 'records' | 'clock' | 'ids' | 'definitions' | 'registry'>;

export const createReindex = (parts: ReindexParts): Operation<ReindexInput, ReindexOutput> => ({
  definition: `${FILE_BASE}/OperationDefinition/reindex`,
  async handler(input, context) {
    const { partition } = context;
    const { records, clock, ids } = parts;
    const now = clock.now();
    const document = await records.get(REINDEX, partition, now);
    const before = document && stateOf(document);
    if (before && before.ended === undefined) {
      throw new Fault('conflict', 'Re-indexing is under way already.', {
        headers: { 'content-location': statusUrl(context, before.job) },
      });
    }
    const wanted = await posted(context, parts);
    const types = touched(context, [...(before?.wanted ?? []), ...wanted], input.type ?? []);
    const state = begun(before, { job: ids.next(), requested: now, wanted, types });
    return {
      status: 202,
      headers: { 'content-location': statusUrl(context, state.job) },
      output: statusOf(state),
      changes: {
        documents: [
          stateChange(partition, state, document?.version ?? 0, now + SETTLE),
          generationChange(partition, state),
        ],
      },
      asSystem: 'search parameters',
    };
  },
});

/** The customer's own SearchParameters, as far as search needs them. Faults where one cannot work. */
async function posted(
  { store, partition, request }: Context,
  { definitions, registry }: ReindexParts,
): Promise<JsonObject[]> {
  const { rows, next } = await store.search({
    partition,
    of: [{ type: 'SearchParameter', where: { kind: 'all' } }],
    sort: [{ by: 'id', descending: false }],
    limit: MAX_PARAMETERS,
    deadline: request.deadline,
  });
  if (next) throw new Fault('too-costly', `There may be ${MAX_PARAMETERS} search parameters at most.`);
  const known = knownUrls(definitions);
  const own = rows
    .map(({ json }) => parseStored<Resource>(json))
    .filter(({ url, status }) => !known.has(url as string) && status !== 'retired')
    .map(slim);
  registry.with(own);
  return own;
}

/** HL7's own and the packages' are in force as they are. */
const knownUrls = (definitions: Definitions): Set<string> =>
  new Set(definitions.searchParameters().map(({ url }) => url as string));

const slim = ({ url, code, type, base, expression, target, component }: Resource): JsonObject =>
  JSON.parse(JSON.stringify({ url, code, type, base, expression, target, component })) as JsonObject;

/** Types that any of these parameters is on, and those named; then what is contained of them, wherever that is. */
function touched(
  { endpoint }: Context,
  parameters: readonly JsonObject[],
  named: readonly string[],
): ReindexState['types'] {
  const unknown = named.find(type => !endpoint.resources.has(type));
  if (unknown !== undefined) throw new Fault('invalid', 'This endpoint does not serve one of these types.');
  const bases = new Set([...parameters.flatMap(({ base }) => base as string[]), ...named]);
  const everywhere = bases.has('Resource') || bases.has('DomainResource');
  const types = [...endpoint.resources.keys()].filter(type => everywhere || bases.has(type));
  return everywhere ? types : [...types, ...types.map(containedType)];
}
