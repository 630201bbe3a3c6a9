/**
 * The one way in which a resource is written, for every caller: shape → portal rule → profile → references → provenance →
 * content → stamp → index. Each check comes before the content is stored.
 * https://hl7.org/fhir/R4/http.html#general
 */
import { parseStored } from '../fhir/json.js';
import { defined } from '../fhir/defined.js';
import type { Endpoint } from '../definitions/endpoint.js';
import type { Resource } from '../fhir/resource.js';
import type { Step } from '../portal/step.js';
import type { Draft, Place, HandlerParts, WriteRule, Writing } from '../service.js';
import type { Validator } from '../validate/validator.js';
import { keepContent } from '../content/keep.js';
import type { UploadParts } from '../content/upload.js';
import { byServer } from './draft.js';
import { mergeChanges } from './merge-changes.js';
import { provenanceDraft, type ProvenanceParts } from './provenance.js';
import { checkReferences } from './references.js';
import { deletion, stamp, type StampParts } from './stamp.js';

export interface WritingParts extends StampParts, UploadParts, ProvenanceParts {
  validator: Pick<Validator, 'assertShape' | 'assertValid' | 'assertRules'>;
  definitionsFor: HandlerParts['definitionsFor'];
  /** The portal's rule for a type at this endpoint, if there is one. */
  readonly rule: (type: string, endpoint: Endpoint) => WriteRule | undefined;
}

export function createWriting(parts: WritingParts): Writing {
  const write: Writing['write'] = async (draft, place) => {
    parts.validator.assertShape(draft.resource);
    const { resource, step } = await applyRule(draft, place, parts);
    await assertConforms(resource, draft, place, parts);
    if (draft.references === 'enforced') await checkReferences(resource, draft.expectedReferences, place);
    const { provenance: header } = draft;
    const provenance =
      header === undefined ? undefined : await write(provenanceDraft(draft, header, place, parts), place);
    const { effects, ...consequences } = step ? await changesOf(step, place) : {};
    const content = await keepContent(parts, resource, draft.previous);
    const put = stamp({ ...draft, resource: content.resource }, place, parts);
    const own = { puts: [put], documents: content.documents, consequences, ...defined({ effects }) };
    return { put, changes: provenance ? mergeChanges([own, provenance.changes]) : own };
  };
  const changesOf = async ({ writes, ...others }: Step, place: Place) => {
    const written = await Promise.all(writes.map(one => write(byServer(one), place)));
    const { puts = [], documents = [] } = mergeChanges(written.map(({ changes }) => changes));
    return { ...others, puts, documents: [...others.documents, ...documents] };
  };
  return { write, changesOf, remove: (previous, place) => deletion(previous, place, parts) };
}

/** The portal's rule judges what a caller sends, and never what the server itself writes. */
async function applyRule(draft: Draft, { endpoint }: Place, { rule }: WritingParts): ReturnType<WriteRule> {
  const { resource, previous, caller } = draft;
  const applied = caller && rule(resource.resourceType, endpoint);
  if (!applied) return { resource };
  return applied(resource, previous && !previous.deleted ? parseStored(previous.json) : undefined, caller);
}

/** Base rules and profiles; the shape once more where the portal's rule has changed the resource. */
async function assertConforms(resource: Resource, draft: Draft, place: Place, parts: WritingParts): Promise<void> {
  const { validator, definitionsFor } = parts;
  const definitions = await definitionsFor(place, resource);
  const profiles = place.endpoint.resources.get(resource.resourceType)?.profiles ?? [];
  if (resource === draft.resource) validator.assertRules(resource, { profiles, definitions });
  else validator.assertValid(resource, { profiles, definitions });
}
