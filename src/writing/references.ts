/**
 * References must resolve where the endpoint declares so (referencePolicy `enforced`).
 * https://hl7.org/fhir/R4/valueset-reference-handling-policy.html
 */
import { Fault, type Issue } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import { localReference } from '../fhir/reference.js';
import type { Json, JsonObject, Resource } from '../fhir/resource.js';
import type { EndpointStore } from '../service.js';
import type { Version } from '../store/port.js';

interface LiteralReference {
  type: string;
  id: string;
  /** FHIRPath of the reference. */
  expression: string;
}

export interface ReferenceSources {
  /** `Type/id` of what the same commit writes. */
  readonly expected?: ReadonlySet<string> | undefined;
  /** The version before. */
  readonly previous?: Pick<Version, 'json' | 'deleted'> | undefined;
}

/**
 * Every literal reference to this endpoint must lead to a live resource that the caller sees, or to one that the same commit
 * writes, or stand in the version before. Fault `unprocessable` names all that do not. Without the policy nothing is looked up.
 */
export async function checkReferences(
  resource: Resource,
  { expected, previous }: ReferenceSources,
  { endpoint, partition, store }: EndpointStore,
): Promise<void> {
  if (!endpoint.resources.get(resource.resourceType)?.referencesEnforced) return;
  const own = `${resource.resourceType}/${resource.id ?? ''}`;
  const open = [...literals(resource, resource.resourceType, endpoint.url)].filter(
    ({ type, id }) => `${type}/${id}` !== own && !expected?.has(`${type}/${id}`),
  );
  if (open.length === 0) return;
  const there = await store.read(open.map(({ type, id }) => ({ partition, type, id })));
  const lost = open.filter((_one, at) => there[at] === undefined || there[at].deleted);
  const known = lost.length === 0 ? new Set() : namesIn(previous, endpoint.url);
  const issues = lost.filter(({ type, id }) => !known.has(`${type}/${id}`)).map(issueOf);
  if (issues.length > 0) throw new Fault('unprocessable', 'A reference leads to nothing.', { issues });
}

/** What a version refers to: `Type/id`. */
function namesIn(version: ReferenceSources['previous'], base: string): ReadonlySet<string> {
  if (!version || version.deleted) return new Set();
  return new Set([...literals(parseStored(version.json), '', base)].map(({ type, id }) => `${type}/${id}`));
}

const issueOf = ({ type, id, expression }: LiteralReference): Issue => ({
  severity: 'error',
  code: 'not-found',
  diagnostics: `There is no ${type}/${id} to refer to.`,
  expression,
});

function* literals(value: Json | undefined, path: string, base: string): Iterable<LiteralReference> {
  if (Array.isArray(value)) {
    for (const [at, one] of value.entries()) yield* literals(one, `${path}[${at}]`, base);
  } else if (typeof value === 'object' && value !== null) {
    const { reference } = value as JsonObject;
    const target = typeof reference === 'string' ? localReference(reference, [base]) : undefined;
    if (target) yield { ...target, expression: `${path}.reference` };
    for (const [name, one] of Object.entries(value)) yield* literals(one as Json, `${path}.${name}`, base);
  }
}
