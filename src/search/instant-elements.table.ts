/**
 * The elements of type instant that resources have at their top, by their names in JSON; a test compares them with the
 * definitions. An instant is a point in time: https://hl7.org/fhir/R4/search.html#date
 */
import type { Resource } from '../fhir/resource.js';

export const instantElements: Readonly<Record<string, readonly string[]>> = {
  Appointment: ['start', 'end'],
  AppointmentResponse: ['start', 'end'],
  AuditEvent: ['recorded'],
  Bundle: ['timestamp'],
  DiagnosticReport: ['issued'],
  DocumentReference: ['date'],
  Media: ['issued'],
  Observation: ['effectiveInstant', 'issued'],
  Provenance: ['recorded'],
  Slot: ['start', 'end'],
  Subscription: ['end'],
};

const NONE: ReadonlySet<string> = new Set();

/** The instants of a resource, as they are written. */
export function instantsIn(resource: Resource): ReadonlySet<string> {
  const names = instantElements[resource.resourceType];
  if (names === undefined) return NONE;
  return new Set(names.map(name => resource[name]).filter(value => typeof value === 'string'));
}
