/** What the audit says of a request. https://hl7.org/fhir/R4/auditevent.html */
import type { Route } from '../definitions/endpoint.js';
import type { AuditEntry } from '../service.js';
import type { Run } from './parts.js';

/** The entry of a request that was (or would be) answered with this status. */
export function auditEntry(run: Run, status: number, at: number, patients: readonly string[]): AuditEntry {
  const { request, route, actor, reasons } = run;
  return {
    at,
    request: request.id,
    actor: actor?.subject ?? '',
    client: actor?.clientId ?? '',
    action: route?.operation ? `$${route.operation.name}` : (route?.interaction ?? request.method),
    target: targetOf(route),
    patients,
    status,
    ...(reasons.length === 0 ? {} : { reasons: [...new Set(reasons)] }),
  };
}

function targetOf(route: Route | undefined): string {
  const { type = '', id } = route?.compartment ?? route ?? {};
  return id === undefined ? type : `${type}/${id}`;
}
