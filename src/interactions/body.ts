/** The resource a write carries, checked against its path. https://hl7.org/fhir/R4/http.html#update */
import { Fault } from '../fhir/fault.js';
import { ID } from '../fhir/reference.js';
import type { Resource } from '../fhir/resource.js';
import type { Ids } from '../fhir/clock.js';
import type { Context } from '../service.js';

/** The body of a create or update. Fault `invalid` for none, for another type than the route's, and for a malformed id. */
export function bodyOf(context: Context): Resource {
  const { resource, route } = context;
  if (resource === undefined) throw new Fault('invalid', 'The request has no body.', { code: 'structure' });
  if (resource.resourceType !== route.type) {
    throw new Fault('invalid', `The body is of another type than the path: ${route.type ?? ''} is expected.`, {
      code: 'invalid',
      expression: resource.resourceType,
    });
  }
  checkId(resource);
  return resource;
}

/** A create ignores the id of the body, but a malformed id is refused even there. */
function checkId({ resourceType, id }: Resource): void {
  if (id === undefined || (typeof id === 'string' && ID.test(id))) return;
  throw new Fault('invalid', 'An id has up to 64 letters, digits, hyphens and dots.', {
    code: 'value',
    expression: `${resourceType}.id`,
  });
}

/** The id of a new resource: assigned by the transaction around it, or a fresh one. */
export function newId({ request: { body } }: Context, ids: Ids): string {
  return (body?.kind === 'resource' ? body.assignId : undefined) ?? ids.next();
}
