/** update, update as create, conditional update. https://hl7.org/fhir/R4/http.html#update */
import { Fault } from '../fhir/fault.js';
import { ID } from '../fhir/reference.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { Context, Handler, Result, HandlerParts } from '../service.js';
import type { Criterion, Version } from '../store/port.js';
import { bodyOf, newId } from './body.js';
import { atMostOne, matching, type CriteriaParts } from './conditional.js';
import { checkIfMatch, checkIfNoneMatch, current, instanceKey } from './version.js';
import { sameContent } from '../writing/same-content.js';
import { unchanged, write, type WriteParts } from './write.js';

type UpdateParts = CriteriaParts & WriteParts & Pick<HandlerParts, 'ids'>;

export const createUpdate =
  (parts: UpdateParts): Handler =>
  async context => {
    const body = bodyOf(context);
    if (context.route.conditional) return conditionalUpdate(context, body, parts);
    const key = instanceKey(context);
    if (body.id === undefined) throw idFault('The body has no id: an update must name the one in its path.');
    if (body.id !== key.id) throw idFault('The id in the body is another than that in the path.');
    return save(context, { ...body, id: key.id }, await current(context, key), parts);
  };

async function conditionalUpdate(context: Context, body: Resource, parts: UpdateParts): Promise<Result> {
  const match = await matching(context, body.resourceType, context.request.query, parts);
  const found = atMostOne(match);
  if (found && body.id !== undefined && body.id !== found.key.id) {
    throw idFault('The criteria match a resource with another id than the body has.');
  }
  if (body.id !== undefined && !ID.test(body.id)) throw idFault('The id is not well-formed.');
  if (found || body.id === undefined) {
    const id = found?.key.id ?? newId(context, parts.ids);
    return save(context, { ...body, id }, found, parts, match.criterion);
  }
  const previous = await vacant(context, match.criterion, body.id);
  return save(context, { ...body, id: body.id }, previous, parts, match.criterion);
}

/** The version to replace if criteria match nothing and the body has an id: none, or a deletion. Fault `conflict` for a live resource. */
async function vacant(context: Context, { partition, type }: Criterion, id: string): Promise<Version | undefined> {
  const there = await current(context, { partition, type, id });
  if (!there || there.deleted) return there;
  throw new Fault('conflict', `The criteria match nothing, and ${type}/${id} exists.`);
}

async function save(
  context: Context,
  resource: Resource & { id: string },
  previous: Version | undefined,
  parts: UpdateParts,
  criterion?: Criterion,
): Promise<Result> {
  checkIfMatch(context, previous);
  checkIfNoneMatch(context, previous);
  if (!previous && !mayCreate(context)) {
    throw new Fault('not-supported', 'There is no such resource to update, and updates do not create here.', {
      headers: { allow: context.route.conditional ? 'GET, HEAD, POST' : 'GET, HEAD' },
    });
  }
  refusePart(resource);
  const criteria = criterion ? [criterion] : [];
  if (previous && !previous.deleted && sameContent(previous.json, resource))
    return unchanged(context, previous, parts, criteria);
  return write(context, { resource, previous, method: 'PUT', criteria }, parts);
}

/** A resource that `_summary` or `_elements` cut is incomplete, and must not replace the stored one. https://hl7.org/fhir/R4/search.html#summary */
function refusePart({ resourceType, meta }: Resource): void {
  const tags = (meta?.['tag'] ?? []) as (JsonObject | null)[];
  if (!Array.isArray(tags) || !tags.some(tag => tag?.['code'] === 'SUBSETTED')) return;
  throw new Fault('unprocessable', 'This resource is a part of one (tag SUBSETTED): an update needs the whole.', {
    expression: `${resourceType}.meta.tag`,
  });
}

/** Only systems may choose ids: people would learn from the answer whether a hidden resource exists. */
function mayCreate({ endpoint, route, actor }: Context): boolean {
  const entry = endpoint.resources.get(route.type ?? '');
  return actor.kind === 'system' && entry !== undefined && (route.conditional || entry.updateCreate);
}

const idFault = (message: string): Fault =>
  new Fault('invalid', message, { code: 'invalid', expression: 'Resource.id' });
