/**
 * patch: JSON Patch (RFC 6902) and FHIRPath Patch, by id or by criteria.
 * https://hl7.org/fhir/R4/http.html#patch, https://hl7.org/fhir/R4/fhirpatch.html
 */
import { isDeepStrictEqual } from 'node:util';
import { Fault } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import { withoutResources } from '../fhir/parameters.js';
import type { Resource } from '../fhir/resource.js';
import { assertSize } from '../fhir/size.js';
import { JSON_PATCH, mediaType } from '../formats/media-type.js';
import { createBreather } from '../runtime/breather.js';
import type { Context, Handler, Result, HandlerParts } from '../service.js';
import type { Criterion, Version } from '../store/port.js';
import { wholeText } from '../content/text.js';
import { atMostOne, matching, type CriteriaParts } from './conditional.js';
import { applyFhirPathPatch } from './patch/fhirpath-patch.js';
import { applyJsonPatch, parseJsonPatch } from './patch/json-patch.js';
import { checkIfMatch, existing, instanceKey } from './version.js';
import { sameContent } from '../writing/same-content.js';
import { unchanged, write, type WriteParts } from './write.js';

type PatchParts = CriteriaParts & WriteParts & Pick<HandlerParts, 'validator' | 'limits'>;

export const createPatch =
  (parts: PatchParts): Handler =>
  async context => {
    const { route } = context;
    if (!route.conditional) return patched(context, await existing(context, instanceKey(context)), parts);
    const match = await matching(context, route.type ?? '', context.request.query, parts);
    const found = atMostOne(match);
    if (!found) throw new Fault('not-found', 'The criteria match no resource.');
    return patched(context, found, parts, [match.criterion]);
  };

async function patched(
  context: Context,
  previous: Version,
  parts: PatchParts,
  criteria: readonly Criterion[] = [],
): Promise<Result> {
  checkIfMatch(context, previous);
  const text = await wholeText(parts.blobs, previous);
  const resource = parseStored<Resource>(text);
  const breathe = createBreather();
  const before = identityOf(resource); // the patch changes the resource itself
  const after = await apply(context, resource, parts);
  await breathe();
  if (!isDeepStrictEqual(identityOf(after), before)) {
    throw new Fault('invalid', 'A patch cannot change the type, the id, or what the server sets in meta.', {
      code: 'not-supported',
      expression: previous.key.type,
    });
  }
  assertSize(after, parts.limits);
  if (sameContent(text, after)) return unchanged(context, previous, parts, criteria);
  return write(context, { resource: { ...after, id: previous.key.id }, previous, method: 'PATCH', criteria }, parts);
}

const identityOf = ({ resourceType, id, meta }: Resource): unknown => [
  resourceType,
  id,
  meta?.versionId,
  meta?.lastUpdated,
];

async function apply(context: Context, before: Resource, parts: PatchParts): Promise<Resource> {
  const { validator, definitions, limits } = parts;
  const { resource } = context;
  if (resource?.resourceType === 'Parameters') {
    validator.assertShape(withoutResources(resource));
    return applyFhirPathPatch(before, resource, definitions);
  }
  const patch = jsonPatchIn(context);
  if (patch) return applyJsonPatch(before, parseJsonPatch(patch, limits));
  throw new Fault('invalid', 'Send a JSON Patch (application/json-patch+json) or a FHIRPath Patch (Parameters).', {
    code: 'structure',
  });
}

/** The text of a JSON Patch: the body, or in an entry of a Bundle a Binary. https://hl7.org/fhir/R4/http.html#jsonpatch */
function jsonPatchIn({ request: { body }, resource }: Context): Uint8Array | undefined {
  if (resource?.resourceType === 'Binary') return Buffer.from(String(resource['data'] ?? ''), 'base64');
  return body?.kind === 'bytes' && mediaType(body.contentType) === JSON_PATCH ? body.bytes : undefined;
}
