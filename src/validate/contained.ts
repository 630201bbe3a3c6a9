/** The rules for contained resources (dom-2 to dom-5). https://hl7.org/fhir/R4/domainresource.html#invs */
import type { Json, JsonObject, Resource } from '../fhir/resource.js';
import { step, type Path } from './report.js';
import { child, list, text, type CheckContext } from './check-context.js';

/** The contained resources by id. */
export function containedIn(container: Resource): Map<string, Resource> {
  const inner = list(container, 'contained') as readonly Resource[];
  return new Map(inner.map(resource => [resource.id ?? '', resource]));
}

/** Checks all resources contained in this one. */
export function checkContained(container: Resource, { report }: CheckContext, at: Path): void {
  const inner = list(container, 'contained') as readonly Resource[];
  const used = localReferences(container);
  const seen = new Set<string>();
  for (const [index, resource] of inner.entries()) {
    const here = step(at, 'contained', index);
    const fault = faultOf(resource, used);
    if (fault) report.breach('invariant', here, fault);
    if (resource.id !== undefined && seen.has(resource.id)) {
      report.breach('duplicate', here, 'Two contained resources have the same id.');
    }
    seen.add(resource.id ?? '');
  }
}

function faultOf(resource: Resource, used: ReadonlySet<string>): string | undefined {
  const meta = child(resource, 'meta');
  if (resource.id === undefined) return 'A contained resource must have an id.';
  if ('contained' in resource) return 'dom-2: A contained resource must not contain resources.';
  if (text(meta, 'versionId') || text(meta, 'lastUpdated')) {
    return 'dom-4: A contained resource must not have a versionId or lastUpdated.';
  }
  if (meta && 'security' in meta) return 'dom-5: A contained resource must not have security labels.';
  const linked = used.has(`#${resource.id}`) || localReferences(resource).has('#');
  return linked
    ? undefined
    : 'dom-3: Nothing refers to this contained resource, and it does not refer to its container.';
}

/** All strings below this value that start with `#`. */
function localReferences(value: Json | undefined, found = new Set<string>()): Set<string> {
  if (typeof value === 'string') {
    if (value.startsWith('#')) found.add(value);
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value as JsonObject)) localReferences(inner, found);
  }
  return found;
}
