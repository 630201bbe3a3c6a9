/**
 * The one way in which a resource is written, for every caller: shape → portal rule → profile → references → provenance →
 * content → stamp → index. Each check comes before the content is stored.
 * https://hl7.org/fhir/R4/http.html#general
 */
import { parseStored } from '../fhir/json.js';
import { defined } from '../fhir/defined.js';
import type { Endpoint } from '../definitions/endpoint.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Resource } from '../fhir/resource.js';
import type { Step } from '../portal/step.js';
import { mergeChangeSets } from '../store/change-set.js';
import type { Draft, EndpointStore, HandlerParts, WriteRule, Writing } from '../service.js';
import type { Validator } from '../validate/validator.js';
import { createBreather } from '../runtime/breather.js';
import { keepContent, type KeepParts } from '../content/keep.js';
import { Infected } from '../content/scanned.js';
import { withQueued } from './delivery-extension.js';
import { byServer } from './draft.js';
import type { DirectoryRule } from './directory-rule.js';
import { heldFile, virusFound } from './scan-notes.js';
import { mergeChanges } from './merge-changes.js';
import { provenanceDraft, type ProvenanceParts } from './provenance.js';
import { checkReferences } from './references.js';
import { deletion, stamp, type StampParts } from './stamp.js';

export interface WritingParts extends StampParts, KeepParts, ProvenanceParts {
  /** Canonical URLs of the portal's own definitions. */
  readonly own: OwnCanonicals;
  validator: Pick<Validator, 'assertShape' | 'assertValid' | 'assertRules'>;
  definitionsFor: HandlerParts['definitionsFor'];
  /** The portal's rule for a type at this endpoint, if there is one. */
  readonly rule: (type: string, endpoint: Endpoint) => WriteRule | undefined;
  /** The portal's rule for all that a request writes of the directory. */
  readonly directory: DirectoryRule;
  /** The portal's rule for deletions: throws Fault for a resource that is not deleted. */
  readonly removal: (resource: Resource, endpoint: Endpoint) => void;
}

export function createWriting(parts: WritingParts): Writing {
  const write: Writing['write'] = async (draft, target) => {
    const breathe = createBreather();
    parts.validator.assertShape(draft.resource);
    await breathe();
    const ruled = await applyRule(draft, target, parts);
    const { step } = ruled;
    const resource = withQueued(ruled.resource, step?.effects ?? [], parts.own, parts.clock.now());
    await assertConforms(resource, draft, target, parts);
    await breathe();
    if (draft.references === 'enforced') await checkReferences(resource, sources(draft), target);
    const { provenance: header } = draft;
    const provenance =
      header === undefined ? undefined : await write(provenanceDraft(draft, header, target, parts), target);
    const { effects, ...consequences } = step ? await changesOf(step, target) : {};
    const content = await kept(resource, draft, target, parts);
    const put = stamp({ ...draft, resource: content.resource }, target, parts);
    const own = { puts: [put], documents: content.documents, consequences, ...defined({ effects }) };
    return { put, changes: provenance ? mergeChanges([own, provenance.changes]) : own };
  };
  const changesOf = async ({ writes, ...others }: Step, target: EndpointStore) => {
    const shown = writes.map(one => ({
      ...one,
      resource: withQueued(one.resource, others.effects, parts.own, parts.clock.now()),
    }));
    const written = await Promise.all(shown.map(one => write(byServer(one), target)));
    const { puts = [], documents = [] } = mergeChanges(written.map(({ changes }) => changes));
    return { ...others, puts, documents: [...others.documents, ...documents] };
  };
  const remove: Writing['remove'] = (previous, target) => {
    if (!previous.deleted) parts.removal(parseStored(previous.json), target.endpoint);
    return deletion(previous, target, parts);
  };
  const settle: Writing['settle'] = async (puts, context, blame = (_name, error) => error) => {
    const judged = await parts.directory(puts, context, blame);
    if (!judged) return { changes: {}, warnings: new Map() };
    const { effects, ...consequences } = await changesOf(judged.step, context);
    const changes = { consequences: mergeChangeSets(consequences, judged.reliedOn), effects };
    return { changes, warnings: judged.warnings };
  };
  return { write, changesOf, remove, settle };
}

/** The sender is told of content that is held, and the audit of a virus. */
async function kept(
  resource: Resource,
  { previous, caller }: Draft,
  { partition }: EndpointStore,
  parts: WritingParts,
): ReturnType<typeof keepContent> {
  try {
    const content = await keepContent(parts, resource, previous, partition);
    if (content.isHeld) caller?.warnings.push(heldFile);
    return content;
  } catch (error) {
    if (error instanceof Infected) caller?.details.push(virusFound(error.virus));
    throw error;
  }
}

const sources = ({ expectedReferences: expected, previous }: Draft) => ({ expected, previous });

/** The portal's rule judges what a caller sends, and never what the server itself writes. */
async function applyRule(draft: Draft, { endpoint }: EndpointStore, { rule }: WritingParts): ReturnType<WriteRule> {
  const { resource, previous, caller } = draft;
  const applied = caller && rule(resource.resourceType, endpoint);
  if (!applied) return { resource };
  return applied(resource, previous && !previous.deleted ? parseStored(previous.json) : undefined, caller);
}

/** Base rules and profiles; the shape once more where the portal's rule has changed the resource. */
async function assertConforms(
  resource: Resource,
  draft: Draft,
  target: EndpointStore,
  parts: WritingParts,
): Promise<void> {
  const { validator, definitionsFor } = parts;
  const definitions = await definitionsFor(target, resource);
  const profiles = profilesOf(resource, target.endpoint);
  if (resource === draft.resource) validator.assertRules(resource, { profiles, definitions });
  else validator.assertValid(resource, { profiles, definitions });
}

/** The profiles that a resource of this type and kind is held against, whether or not it names them. */
function profilesOf(resource: Resource, { resources }: Endpoint): readonly string[] {
  const { profiles = [], kinds = [] } = resources.get(resource.resourceType) ?? {};
  const named = (resource.meta?.profile ?? []) as readonly string[];
  const ofKind = kinds.filter(kind => !named.includes(kind.profile) && kind.has(resource));
  return [...profiles, ...ofKind.map(({ profile }) => profile)];
}
