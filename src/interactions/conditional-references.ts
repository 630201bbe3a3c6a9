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
import type { Criterion } from '../store/port.js';
import { idsOf, matching, type CriteriaParts } from './conditional.js';
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

export interface ResolvedReference {
  /** `Type/id` */
  name: string;
  /** What the commit checks again: what else there is matches as it did. */
  criterion: Criterion;
}

/** Each conditional reference in the resource of this entry → the reference it stands for. Fault `precondition` for no match or many. */
export async function conditionalReferences(
  context: Context,
  entry: Entry,
  pending: readonly PendingChange[],
  parts: CriteriaParts,
): Promise<Map<string, ResolvedReference>> {
  const resolved = new Map<string, ResolvedReference>();
  const { url } = context.endpoint;
  for (const [reference, path] of referencesIn(entry.resource, `Bundle.entry[${entry.index}].resource`, url)) {
    const known = resolved.get(reference);
    if (!known) resolved.set(reference, await resolve(context, { entry, reference, path }, pending, parts));
  }
  return resolved;
}

/** The conditional references in a value, each with the FHIRPath of its element. */
function* referencesIn(
  value: Json | undefined,
  path: string,
  base: string,
): Iterable<[reference: string, path: string]> {
  if (typeof value !== 'object' || value === null) return;
  const { reference } = value as { reference?: Json };
  if (typeof reference === 'string' && CONDITIONAL.test(relative(reference, base))) {
    yield [reference, `${path}.reference`];
  }
  const within = (name: string): string => (Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`);
  for (const [name, one] of Object.entries(value)) yield* referencesIn(one as Json, within(name), base);
}

interface Place {
  entry: Entry;
  reference: string;
  path: string;
}

async function resolve(
  context: Context,
  { entry, reference, path }: Place,
  pending: readonly PendingChange[],
  parts: CriteriaParts,
): Promise<ResolvedReference> {
  const [, type = '', criteria = ''] = CONDITIONAL.exec(relative(reference, context.endpoint.url)) ?? [];
  if (!context.endpoint.resources.has(type))
    throw entryFault(entry.index, `A conditional reference names ${type}, which is not served here.`);
  const own = pending.filter(({ name }) => name.startsWith(`${type}/`));
  const names = own.map(({ name }) => name);
  const besides = idsOf(type, names);
  const { versions, meant, criterion } = await matching(context, type, parseForm(criteria), parts, { besides });
  const written = own.flatMap(one => (one.resource && fits(context, one.resource, meant, parts) ? [one.name] : []));
  const [name, another] = [...versions.map(({ key }) => `${type}/${key.id}`), ...written];
  if (name !== undefined && another === undefined) return { name, criterion };
  const number = name === undefined ? 'no' : 'more than one';
  throw new Fault('precondition', `The conditional reference ${reference} matches ${number} ${type}.`, {
    code: name === undefined ? 'not-found' : 'multiple-matches',
    expression: path,
  });
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
