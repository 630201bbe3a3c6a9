/** The audit entry of a request. https://hl7.org/fhir/R4/auditevent.html */
import type { Route } from '../definitions/endpoint.js';
import { ID, localReference } from '../fhir/reference.js';
import { parametersOf } from '../fhir/request.js';
import type { FhirResponse } from '../fhir/response.js';
import type { AuditEntry } from '../service.js';
import type { Run } from './parts.js';

/** Patients named in one entry. */
const MOST = 100;

/** The entry of a request with this status of its answer. */
export function auditEntry(run: Run, status: number, at: number, patients: readonly string[]): AuditEntry {
  const { request, endpoint, route, actor, reasons, details } = run;
  const entry: AuditEntry = {
    at,
    request: request.id,
    actor: actor?.subject ?? '',
    client: actor?.clientId ?? '',
    action: route?.operation ? `$${route.operation.name}` : (route?.interaction ?? request.method),
    target: targetOf(route),
    patients,
    status,
  };
  const relation = relationOf(run, patients);
  if (relation !== undefined) entry.relation = relation;
  if (!endpoint.inAudit) entry.base = endpoint.url;
  if (isBreakingGlass(run, patients)) entry.purpose = 'BTG';
  if (reasons.length > 0) entry.reasons = [...new Set(reasons)];
  if (details.length > 0) entry.details = [...new Map(details.map(one => [one.name, one])).values()];
  return entry;
}

const BREAKING = ['break-glass', 'end-break-glass'];

/** The glass is broken, or was for a patient concerned. */
const isBreakingGlass = ({ route, actor }: Run, patients: readonly string[]): boolean =>
  BREAKING.includes(route?.operation?.name ?? '') || patients.some(one => actor?.opened?.includes(one));

const relationOf = ({ actor }: Run, [patient, ...others]: readonly string[]): string | undefined =>
  patient !== undefined && others.length === 0 ? actor?.relations?.get(`Patient/${patient}`) : undefined;

function targetOf(route: Route | undefined): string {
  const { type = '', id } = targeted(route);
  return id === undefined ? type : `${type}/${id}`;
}

const targeted = (route: Route | undefined): { type?: string; id?: string } => route?.compartment ?? route ?? {};

/**
 * Ids of the patients concerned by a request that changes nothing: the patient in its path, the patients in the resource or
 * in the search parameters, and those of a patient's or proxy's own token.
 */
export function patientsConcerned(run: Run, { status, body }: FhirResponse): string[] {
  const { type, id } = targeted(run.route);
  const target = type === 'Patient' && id !== undefined ? [id] : [];
  if (status >= 400) return target;
  const one = run.route?.id !== undefined && body?.kind === 'json';
  const named = one ? patientsNamed(body.text, run.endpoint.url) : patientsSearched(run);
  return [...new Set([...target, ...named])].slice(0, MOST);
}

/** Any reference to a Patient, by text: to go by the element's name would take a parse. */
const NAMED = /"reference":"([^"]*Patient\/[^"]+)"/g;

function patientsNamed(text: string, base: string): string[] {
  if (!text.includes('Patient/')) return [];
  return [...text.matchAll(NAMED)].flatMap(([, reference = '']) => patientAt(reference, [base]));
}

function patientsSearched({ request, endpoint, actor }: Run): readonly string[] {
  const named = parametersOf(request).flatMap(([name, value]) => {
    const bare = /^patient(:Patient)?$/.test(name);
    return value.split(',').flatMap(one => (bare && ID.test(one) ? [one] : patientAt(one, [endpoint.url])));
  });
  return actor?.kind === 'patient' ? [...named, ...actor.patients] : named;
}

function patientAt(reference: string, bases: readonly string[]): string[] {
  const found = localReference(reference, bases);
  return found?.type === 'Patient' ? [found.id] : [];
}
