/** Which function of a proxy opens a resource, where that hangs on its content: kept as a posting, so that a read is one look-up. */
import type { ProxyFunction } from '../fhir/proxy-basis.table.js';
import type { Json, Resource } from '../fhir/resource.js';
import { openingFunctions } from './functions.table.js';
import { internalPosting } from './internal-posting.js';

/** Codes of categories that make an Observation a result, of whatever code system. */
const RESULTS = new Set<Json | undefined>(['laboratory', 'imaging']);

/** Of a file that hangs on no other resource: an upload that a message is to take, or a document. */
const UNATTACHED: readonly ProxyFunction[] = ['messages', 'read-documents'];

/** The posting of resources that a function opens. */
export const openedBy = (type: string, name: ProxyFunction): string => internalPosting(type, 'opened', name);

/** The postings of a resource whose type is opened by content; none of any other. */
export function openingPostings(resource: Resource, context: string | undefined): string[] {
  const { resourceType: type } = resource;
  const names = namesFor(resource, context);
  return names.map(name => openedBy(type, name));
}

function namesFor(resource: Resource, context: string | undefined): readonly ProxyFunction[] {
  switch (resource.resourceType) {
    case 'Observation':
      return [ofObservation(resource)];
    case 'Binary':
      return ofFile(context);
    case 'List':
      return ofList(resource);
    default:
      return [];
  }
}

function ofList({ code }: Resource): readonly ProxyFunction[] {
  const { coding = [] } = (code ?? {}) as { coding?: { code?: Json }[] };
  return coding.some(one => one.code === 'favourites') ? ['messages'] : [];
}

/** https://hl7.org/fhir/R4/valueset-observation-category.html */
function ofObservation({ category }: Resource): ProxyFunction {
  const concepts = (Array.isArray(category) ? category : []) as { coding?: { code?: Json }[] }[];
  const isResult = concepts.some(({ coding = [] }) => coding.some(({ code }) => RESULTS.has(code)));
  return isResult ? 'read-results' : 'read-record';
}

/** @param context `Communication/1`, the resource that a file hangs on */
function ofFile(context = ''): readonly ProxyFunction[] {
  const type = context.slice(0, context.indexOf('/'));
  const names = Object.hasOwn(openingFunctions, type) ? openingFunctions[type] : undefined;
  return Array.isArray(names) ? (names as readonly ProxyFunction[]) : UNATTACHED;
}
