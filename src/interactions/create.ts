/** create and conditional create. https://hl7.org/fhir/R4/http.html#create, https://hl7.org/fhir/R4/http.html#ccreate */
import { Fault } from '../fhir/fault.js';
import type { Context, Handler, HandlerParts } from '../service.js';
import { bodyOf, newId } from './body.js';
import { atMostOne, criteriaText, idsOf, matching, type CriteriaMatch, type CriteriaParts } from './conditional.js';
import { unchanged, write, type WriteParts } from './write.js';

type CreateParts = CriteriaParts & WriteParts & Pick<HandlerParts, 'ids'>;

export const createCreate =
  (parts: CreateParts): Handler =>
  async context => {
    const body = bodyOf(context);
    const condition = conditionOf(context);
    const match = condition === undefined ? undefined : await matchOf(condition, context, parts);
    const found = match && atMostOne(match);
    if (found) return unchanged(context, found, parts, [match.criterion]);
    const resource = { ...body, id: newId(context, parts.ids) };
    const criteria = match ? [match.criterion] : [];
    return write(context, { resource, previous: undefined, method: 'POST', criteria }, parts);
  };

/** In a transaction, deletions go first: the condition is about what they leave. https://hl7.org/fhir/R4/http.html#trules */
function matchOf(condition: string, context: Context, parts: CreateParts): Promise<CriteriaMatch> {
  const { request, route, endpoint } = context;
  const deleted = request.body?.kind === 'resource' ? request.body.deletedBefore : undefined;
  const type = route.type ?? '';
  return matching(context, type, criteriaText(condition, type, endpoint.url), parts, { besides: idsOf(type, deleted) });
}

/** A condition is refused if the endpoint has no conditional create: to ignore it could make a duplicate. */
function conditionOf({ request, endpoint, route }: Context): string | undefined {
  const condition = request.headers['if-none-exist'];
  if (condition === undefined || endpoint.resources.get(route.type ?? '')?.conditionalCreate) return condition;
  throw new Fault('invalid', `This endpoint has no conditional create of ${route.type}.`, { code: 'not-supported' });
}
