/**
 * Conditional references (`Patient?identifier=…`) of a transaction: they are resolved last, so that what its entries
 * make is found, and what they delete is not. https://hl7.org/fhir/R4/http.html#trules
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

/** An entry that writes or deletes a resource, and `Type/id` of that. */
export interface Touched {
  name: string;
  /** Absent for a deletion. */
  resource?: Resource;
}

const CONDITIONAL = /^([A-Z][A-Za-z]+)\?(.+)$/s;

/** Each conditional reference in the resource of this entry → the reference it stands for. Faults where it stands for none or many. */
export async function conditionalReferences(
  context: Context,
  entry: Entry,
  touched: readonly Touched[],
  parts: CriteriaParts,
): Promise<Map<string, string>> {
  const resolved = new Map<string, string>();
  for (const reference of found(entry.resource)) {
    resolved.set(reference, await resolve(context, entry, reference, touched, parts));
  }
  return resolved;
}

function found(value: Json | undefined, references = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return references;
  const { reference } = value as { reference?: Json };
  if (typeof reference === 'string' && CONDITIONAL.test(reference)) references.add(reference);
  for (const one of Object.values(value)) found(one as Json, references);
  return references;
}

async function resolve(
  context: Context,
  entry: Entry,
  reference: string,
  touched: readonly Touched[],
  parts: CriteriaParts,
): Promise<string> {
  const [, type = '', criteria = ''] = CONDITIONAL.exec(reference) ?? [];
  if (!context.endpoint.resources.has(type))
    throw entryFault(entry.index, `A conditional reference names ${type}, which is not served here.`);
  const own = touched.filter(({ name }) => name.startsWith(`${type}/`));
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

/** Whether a resource that is not written yet meets the criteria, by what is in itself: chains lead nowhere. */
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
    return 'malformed'; // nobody has looked at it yet: it is refused when its entry runs
  }
}
