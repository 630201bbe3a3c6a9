/** References: their form, and the type they point to. https://hl7.org/fhir/R4/references.html */
import type { JsonObject, Resource } from '../fhir/resource.js';
import { localReference } from '../fhir/reference.js';
import { step, type Path } from './report.js';
import { text, type CheckContext } from './check-context.js';

const relative = /^([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;
const absolute = /^(?:https?:\/\/[^\s/?#]+|(?!https?:)[A-Za-z][A-Za-z0-9+.-]*:)\S*$/;
const conditional = /^([A-Z][A-Za-z]+)\?\S+$/;

/** Reports a malformed literal reference, and one whose type is not among the targets. */
export function checkReference(
  value: JsonObject,
  targets: ReadonlySet<string> | undefined,
  scope: CheckContext,
  at: Path,
): void {
  const reference = text(value, 'reference');
  if (reference !== undefined && !isReference(reference, scope)) {
    scope.report.malformed('value', step(at, 'reference'), 'This is no reference to a resource.');
    return;
  }
  const type = typeOf(value, reference, scope);
  if (type === undefined || !targets || targets.has(type)) return;
  const allowed = [...targets].join(', ');
  scope.report.breach('value', at, `A reference to ${type} is not allowed here, only to ${allowed}.`);
}

/** A conditional reference is one only inside a Bundle, where a transaction resolves it. */
function isReference(reference: string, { definitions, bundle }: CheckContext): boolean {
  if (reference.startsWith('#')) return true;
  const type = relative.exec(reference)?.[1] ?? (bundle && conditional.exec(reference)?.[1]);
  return type === undefined ? absolute.test(reference) : definitions.isResourceType(type);
}

/** The type of what is pointed to, as far as it can be told without reading it. */
export function typeOf(value: JsonObject, reference: string | undefined, scope: CheckContext): string | undefined {
  return (reference === undefined ? undefined : literalType(reference, scope)) ?? text(value, 'type');
}

/** What is pointed to, where it is in the same resource or Bundle. */
export function resolved(
  reference: string | undefined,
  { container, contained, bundle }: CheckContext,
): Resource | undefined {
  if (reference === '#') return container;
  return reference?.startsWith('#') ? contained.get(reference.slice(1)) : bundle?.get(reference ?? '');
}

function literalType(reference: string, scope: CheckContext): string | undefined {
  const known = resolved(reference, scope)?.resourceType ?? conditional.exec(reference)?.[1];
  if (known || reference.startsWith('#')) return known;
  const local = localReference(/[^/]+\/[^/]+(?:\/_history\/[^/]+)?$/.exec(reference)?.[0] ?? '', []);
  return local && scope.definitions.isResourceType(local.type) ? local.type : undefined;
}
