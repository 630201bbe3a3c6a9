/** What a check may look at from inside a resource. */
import type { Resource } from '../fhir/resource.js';
import { bundled } from './bundle.js';
import type { CheckContext } from './check-context.js';
import { containedIn } from './contained.js';
import type { Path } from './report.js';

/** The scope of a resource that stands in another scope: in an entry of a Bundle, a parameter, or contained. */
export function resourceScope(resource: Resource, outer: CheckContext, at: Path, isContained: boolean): CheckContext {
  return {
    ...outer,
    resource,
    at,
    ...(isContained ? {} : { container: resource, contained: containedIn(resource) }),
    bundle: resource.resourceType === 'Bundle' ? bundled(resource) : outer.bundle,
  };
}
