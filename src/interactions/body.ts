/** The resource a write carries, checked against its path. https://hl7.org/fhir/R4/http.html#update */
import { Fault } from '../fhir/fault.js';
import type { Resource } from '../fhir/resource.js';
import type { Context } from '../service.js';

/** The body of a create or update: there, and of the route's type. */
export function bodyOf(context: Context): Resource {
  const { resource, route } = context;
  if (resource === undefined) throw new Fault('invalid', 'The request has no body.', { code: 'structure' });
  if (resource.resourceType !== route.type) {
    throw new Fault('invalid', `The body is of another type than the path: ${route.type ?? ''} is expected.`, {
      code: 'invalid',
      expression: resource.resourceType,
    });
  }
  return resource;
}

/** The id a new resource gets: the one a transaction settled, or a fresh one. */
export function newId(context: Context): string {
  const { body } = context.request;
  return (body?.kind === 'resource' ? body.assignId : undefined) ?? context.services.ids.next();
}
