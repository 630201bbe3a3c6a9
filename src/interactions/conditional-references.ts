/**
 * Conditional references (`Patient?identifier=…`) of a transaction: they match the resources that its entries create, and
 * not those that they delete. https://hl7.org/fhir/R4/http.html#trules
 */
import { Fault } from '../fhir/fault.js';
import { parseForm } from '../fhir/form.js';
import type { Json, Resource } from '../fhir/resource.js';
import { extract } from '../search/extract.js';
import { matches, type IndexedResource } from '../search/match.js';
import type { Filter } from '../search/query.js';
import type { Context } from '../service.js';
import { matching, type CriteriaParts } from './conditional.js';
import { entryFault, type Entry } from './entry.js';

/** A resource that an entry of the transaction writes or deletes: `Type/id`, and its new content. */
export interface PendingChange {
  name: string;
  /** Absent for a deletion. */
  resource?: Resource;
}

const CONDITIONAL = /^([A-Z][A-Za-z]+)\?(.+)$/s;

/** A conditional reference below the base of this endpoint is one without it. */
const relative = (reference: string, base: string): string =>
  reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference;

/** Each conditional reference in the resource of this entry → the reference it stands for. Fault `precondition` for no match or many. */
export async function conditionalReferences(
  context: Context,
  entry: Entry,
  pending: readonly PendingChange[],
  parts: CriteriaParts,
): Promise<Map<string, string>> {
  const resolved = new Map<string, string>();
  for (const reference of referencesIn(entry.resource, context.endpoint.url)) {
    resolved.set(reference, await resolve(context, entry, reference, pending, parts));
  }
  return resolved;
}

function referencesIn(value: Json | undefined, base: string, references = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return references;
  const { reference } = value as { reference?: Json };
  if (typeof reference === 'string' && CONDITIONAL.test(relative(reference, base))) references.add(reference);
  for (const one of Object.values(value)) referencesIn(one as Json, base, references);
  return references;
}

async function resolve(
  context: Context,
  entry: Entry,
  reference: string,
  pending: readonly PendingChange[],
  parts: CriteriaParts,
): Promise<string> {
  const [, type = '', criteria = ''] = CONDITIONAL.exec(relative(reference, context.endpoint.url)) ?? [];
  if (!context.endpoint.resources.has(type))
    throw entryFault(entry.index, `A conditional reference names ${type}, which is not served here.`);
  const own = pending.filter(({ name }) => name.startsWith(`${type}/`));
  const { versions, criterion } = await matching(context, type, parseForm(criteria), parts, own.length + 1);
  const names = new Set(versions.map(({ key }) => `${type}/${key.id}`));
  for (const { name, resource } of own) {
    if (resource && fits(context, resource, criterion.where, parts)) names.add(name);
    else names.delete(name);
  }
  const [only] = names;
  if (names.size === 1 && only !== undefined) return only;
  throw new Fault(
    'precondition',
    `A conditional reference matches ${names.size === 0 ? 'no' : 'more than one'} ${type}.`,
    {
      code: names.size === 0 ? 'not-found' : 'multiple-matches',
      expression: `Bundle.entry[${entry.index}].resource`,
    },
  );
}

/** Whether a resource that is not written yet meets the criteria by its own content: chains lead nowhere. */
function fits(context: Context, resource: Resource, where: Filter, parts: CriteriaParts): boolean {
  const subject = subjects.get(resource) ?? subjectOf(context, resource, parts);
  subjects.set(resource, subject);
  return subject !== 'malformed' && matches(where, subject, { live: () => [] });
}

const subjects = new WeakMap<Resource, IndexedResource | 'malformed'>();

function subjectOf(
  { partition, endpoint }: Context,
  resource: Resource,
  { clock, registryOf }: CriteriaParts,
): IndexedResource | 'malformed' {
  const updated = clock.now();
  try {
    const index = extract(resource, registryOf(partition), { localBases: [endpoint.url], updated });
    return { type: resource.resourceType, id: resource.id ?? '', updated, index };
  } catch {
    return 'malformed'; // its shape is not checked yet: the entry is refused when it runs
  }
}
