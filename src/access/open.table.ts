/** All that needs no token, in one place. */
import type { Route } from '../definitions/endpoint.js';

/** Beside the FHIR endpoints, as path prefixes. */
export const openPaths: readonly string[] = ['/', '/health/', '/.well-known/'];

/** Canonical URLs of OperationDefinitions that strangers may call. */
const openOperations = new Set(['https://portico.health/fhir/OperationDefinition/redeem-invitation']);

/** Whether a FHIR route is open: what a server can do, and the redemption of an invitation. */
export function isOpen({ interaction, operation }: Pick<Route, 'interaction' | 'operation'>): boolean {
  return interaction === 'capabilities' || (operation !== undefined && openOperations.has(operation.definition));
}
