/**
 * All of FHIR that needs no token, in one place. Beside it http/ serves the landing page, health, the well-known
 * documents, sign-in and the authorization server to everybody.
 */
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Route } from '../definitions/endpoint.js';

/** Ids of the OperationDefinitions that need no token. */
const openOperations = ['Patient-redeem-invitation', 'Patient-unsubscribe', 'Task-report-misdirected'];

/** Whether a FHIR route is open: what a server can do, the redemption of an invitation, the answers to a notice by its links. */
export function isOpen(
  { interaction, operation }: Pick<Route, 'interaction' | 'operation'>,
  own: OwnCanonicals,
): boolean {
  return interaction === 'capabilities' || openOperations.some(id => own.operation(id) === operation?.definition);
}
