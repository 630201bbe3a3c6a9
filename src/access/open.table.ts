/**
 * All of FHIR that needs no token, in one place. Beside it http/ serves the landing page, health and the well-known
 * documents to everybody.
 */
import type { Route } from '../definitions/endpoint.js';

/** Canonical URLs of OperationDefinitions that strangers may call. */
const openOperations = new Set(['https://portico.health/fhir/OperationDefinition/Patient-redeem-invitation']);

/** Whether a FHIR route is open: what a server can do, and the redemption of an invitation. */
export function isOpen({ interaction, operation }: Pick<Route, 'interaction' | 'operation'>): boolean {
  return interaction === 'capabilities' || (operation !== undefined && openOperations.has(operation.definition));
}
