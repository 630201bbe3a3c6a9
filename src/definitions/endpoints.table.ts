/**
 * The endpoints of a server. A line here and the statement in capability/ that it names are all that says what an endpoint
 * is: other code asks for its properties, never for its name. docs/adding.md
 */
import type { EndpointFlags, Registration } from './endpoint.js';

export interface EndpointDeclaration extends Partial<EndpointFlags> {
  /** For logs and pages. */
  name: string;
  /** Mount path. With `{customer}` in it there is an endpoint for each customer, named by its key. */
  path: string;
  /** A CapabilityStatement in capability/. */
  statement?: string;
  /** A recipe for one (recipe.ts, reading-recipe.ts), in its place. */
  recipe?: string;
  /** Partitions it reads; `{customer}`: the customer's. It writes to the only one; of several it is a read-only union. */
  partitions: readonly string[];
  /** Nothing is written through it. */
  readOnly?: true;
  /** The clients that it admits. */
  registrations: readonly Registration[];
}

export const endpoints: readonly EndpointDeclaration[] = [
  {
    name: 'portal',
    path: '/fhir/portal',
    statement: 'portal.json',
    partitions: ['portal'],
    registrations: ['app', 'system', 'tethered'],
    ...{ workflows: true, holdsPeople: true, holdsAudit: true, listed: true },
  },
  {
    name: 'customer',
    path: '/fhir/customer/{customer}',
    recipe: 'customer.json',
    partitions: ['{customer}'],
    registrations: ['customer'],
    ownParameters: true,
  },
  {
    name: 'facade',
    path: '/fhir/facade',
    recipe: 'facade.json',
    partitions: ['portal'],
    readOnly: true,
    registrations: ['app', 'tethered'],
    listed: true,
  },
];
