/** Rules of Bundles that R4 states in words. https://hl7.org/fhir/R4/bundle.html#bundle-unique */
import type { Resource } from '../fhir/resource.js';
import { step, type Path } from './report.js';
import { child, list, text, type CheckContext } from './check-context.js';

/** In these the entries may lack a fullUrl, and resources that are yet to be created an id. */
const loose = new Set(['transaction', 'batch', 'transaction-response', 'batch-response']);

const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:/;
/** The URL of a resource on a server: base, type, id. */
const restful = /^https?:\/\/.+\/([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/;

/** The resources of a Bundle's entries by fullUrl. */
export function bundled(bundle: Resource): Map<string, Resource> {
  const resources = new Map<string, Resource>();
  for (const entry of list(bundle, 'entry')) {
    const [fullUrl, resource] = [text(entry, 'fullUrl'), child(entry, 'resource') as Resource | undefined];
    if (fullUrl !== undefined && resource) resources.set(fullUrl, resource);
  }
  return resources;
}

/** Every entry of a Bundle that is kept must say which resource it holds, and not contradict that resource's id. */
export function checkBundle(bundle: Resource, { definitions, report }: CheckContext, at: Path): void {
  const isLoose = loose.has(text(bundle, 'type') ?? '');
  for (const [index, entry] of list(bundle, 'entry').entries()) {
    const [fullUrl, resource] = [text(entry, 'fullUrl'), child(entry, 'resource') as Resource | undefined];
    const here = step(at, 'entry', index);
    if (fullUrl === undefined) {
      if (resource && !isLoose) report.breach('required', here, 'An entry with a resource must have a fullUrl.');
    } else if (!absolute.test(fullUrl)) {
      report.breach('value', step(here, 'fullUrl'), 'A fullUrl must be absolute.');
    } else if (resource) {
      const [, type = '', id] = restful.exec(fullUrl) ?? [];
      const isNew = isLoose && resource.id === undefined;
      if (!definitions.isResourceType(type) || isNew) continue;
      if (type === resource.resourceType && id === resource.id) continue;
      report.breach('value', step(here, 'fullUrl'), 'The fullUrl must end with the type and the id of its resource.');
    }
  }
}
