/** Rules of Bundles that R4 states in words. https://hl7.org/fhir/R4/bundle.html#bundle-unique */
import type { Resource } from '../fhir/resource.js';
import { step, type Path } from './report.js';
import { child, list, text, type Scope } from './scope.js';

/** In these the entries may lack a fullUrl. */
const loose = new Set(['transaction', 'batch', 'transaction-response', 'batch-response']);

/** The types of a Bundle's entries by fullUrl. */
export function bundleTypes(bundle: Resource): Map<string, string> {
  const types = new Map<string, string>();
  for (const entry of list(bundle, 'entry')) {
    const [fullUrl, resource] = [text(entry, 'fullUrl'), child(entry, 'resource') as Resource | undefined];
    if (fullUrl !== undefined && resource) types.set(fullUrl, resource.resourceType);
  }
  return types;
}

/** Every entry of a Bundle that is kept must say which resource it holds. */
export function checkBundle(bundle: Resource, { report }: Scope, at: Path): void {
  if (loose.has(text(bundle, 'type') ?? '')) return;
  for (const [index, entry] of list(bundle, 'entry').entries()) {
    if ('resource' in entry && !('fullUrl' in entry)) {
      report.breach('required', step(at, 'entry', index), 'An entry with a resource must have a fullUrl.');
    }
  }
}
