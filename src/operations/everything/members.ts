/** The members of a patient's compartment, and those of a period. https://hl7.org/fhir/R4/compartmentdefinition-patient.html */
import { compartmentFilter } from '../../search/compartment.js';
import { and, NONE, not, or } from '../../search/filters.js';
import { baseKey, PRESENT, referenceForm } from '../../search/keys.js';
import { mainDates } from '../../search/main-date.table.js';
import type { Filter, RangeOp } from '../../search/query.js';
import type { SearchRegistry } from '../../search/registry.js';
import { dateInterval } from '../../search/types/date.js';
import { Fault } from '../../fhir/fault.js';
import type { Endpoint } from '../../definitions/endpoint.js';
import type { HandlerParts } from '../../service.js';

/** The period that the caller selects: care dates (FHIR dates), and the earliest change (milliseconds). */
export interface Window {
  start?: string;
  end?: string;
  since?: number;
}

interface Members {
  type: string;
  where: Filter;
}

/** The types whose resources can belong to a patient, each with the condition that they belong to one of these. */
export function membersOf(
  { definitions, registry }: Pick<HandlerParts, 'definitions' | 'registry'>,
  endpoint: Endpoint,
  patients: readonly string[],
  types?: readonly string[],
): Members[] {
  const definition = definitions.compartment('Patient');
  if (!definition) throw new Error('the Patient compartment is not defined');
  return (types ?? [...endpoint.resources.keys()]).flatMap(type => {
    const member = (id: string): Filter =>
      compartmentFilter(registry, definition, type, id) ?? namedBy(registry, type, id);
    const where = or(patients.map(member));
    return where.kind === 'none' ? [] : [{ type, where }];
  });
}

/** R4's compartment lacks devices, tasks and contracts, which name their patient all the same. */
const namedBy = (registry: SearchRegistry, type: string, id: string): Filter =>
  registry.get(type, 'patient')
    ? { kind: 'posting', key: baseKey(type, 'patient') + referenceForm(`Patient/${id}`) }
    : NONE;

/** The members within the window; what has no date is in it. */
export function inPeriod({ type, where }: Members, { start, end, since }: Window, registry: SearchRegistry): Members {
  const conditions: Filter[] = [where];
  if (since !== undefined) conditions.push({ kind: 'updated', test: { op: 'ge', lo: since, hi: since } });
  const param = mainDates[type]?.param;
  if (param !== undefined && registry.get(type, param) && type !== 'Patient') {
    if (start !== undefined) conditions.push(dated(baseKey(type, param), 'ge', start));
    if (end !== undefined) conditions.push(dated(baseKey(type, param), 'le', end));
  }
  return { type, where: and(conditions) };
}

function dated(key: string, op: RangeOp, date: string): Filter {
  const interval = dateInterval(date);
  if (!interval) throw new Fault('invalid', 'start and end must be dates.', { code: 'value' });
  const without = not({ kind: 'posting', key: key + PRESENT });
  return or([without, { kind: 'range', key, test: { op, ...interval } }]);
}
