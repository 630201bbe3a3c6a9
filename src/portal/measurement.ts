/**
 * What patients, and those who act for them, measure and enter themselves, beside what the organization records.
 * https://hl7.org/fhir/R4/observation.html
 */
import type { Extension, Observation, Provenance, Reference } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { localName } from '../fhir/reference.js';
import { created, step, type Step } from './step.js';

/** A patient or proxy: an Actor, as far as measurements are concerned. */
export interface Enterer {
  readonly self?: string;
  readonly patients: readonly string[];
  readonly relations?: ReadonlyMap<string, string>;
  readonly identities: readonly string[];
}

export interface MeasurementParts extends Pick<World, 'clock' | 'ids'> {
  readonly by: Enterer;
  readonly own: OwnCanonicals;
  /** Of the endpoint's addresses, without trailing slash. */
  readonly base: string;
  /** Codes of the categories that the organization takes. */
  readonly categories: readonly string[];
}

/**
 * The measurement as it is stored, and the record of who entered it.
 * Faults: `forbidden` for another's patient and for what somebody else recorded, `unprocessable` for what the organization does
 * not take.
 */
export function entered(
  draft: Observation,
  previous: Observation | undefined,
  parts: MeasurementParts,
): { measurement: Observation; step: Step } {
  if (previous) refuseForeign(previous, parts);
  const patient = patientOf(draft, parts);
  if (previous) refuseMove(previous, patient, parts);
  refuseCategories(draft, parts);
  refuseFuture(draft, parts);
  const who = patient === `Patient/${parts.by.self}` ? patient : (parts.by.relations?.get(patient) ?? patient);
  const profile = [...new Set([...(draft.meta?.profile ?? []), parts.own.structure('patient-entered-observation')])];
  const measurement = {
    ...withoutEnterer(draft, parts.own),
    meta: { ...draft.meta, profile },
    performer: performerOf(draft, [who, patient], parts),
  };
  measurement.extension = [...(measurement.extension ?? []), enteredBy(who, parts.own)];
  return { measurement, step: step({ writes: [created(recordOf(measurement, { patient, who }, previous, parts))] }) };
}

/** What the organization writes is its own from then on. */
export function withoutEnterer(observation: Observation, own: Pick<OwnCanonicals, 'structure'>): Observation {
  const { extension, ...rest } = observation;
  const kept = (extension ?? []).filter(({ url }) => url !== own.structure('entered-by'));
  return kept.length === 0 ? rest : { ...rest, extension: kept };
}

const enteredBy = (who: string, own: Pick<OwnCanonicals, 'structure'>): Extension => ({
  url: own.structure('entered-by'),
  valueReference: { reference: who },
});

/** `Patient/1`, whom the caller is or acts for. */
function patientOf({ subject }: Observation, { by, base }: MeasurementParts): string {
  const patient = localName(subject?.reference ?? '', base);
  if (subject === undefined) {
    const code = 'required';
    throw new Fault('unprocessable', 'Whose measurement this is must be said.', { code, expression: SUBJECT });
  }
  if (by.patients.some(id => patient === `Patient/${id}`)) return patient ?? '';
  throw new Fault('forbidden', 'This account enters no measurements of that patient.', { expression: SUBJECT });
}

const SUBJECT = 'Observation.subject';

function refuseForeign(previous: Observation, { by, own }: MeasurementParts): void {
  const marks = (previous.extension ?? []).filter(({ url }) => url === own.structure('entered-by'));
  if (!marks.some(({ valueReference }) => by.identities.includes(valueReference?.reference ?? ''))) {
    throw new Fault('forbidden', 'Patients change what they entered themselves, and nothing that others recorded.');
  }
}

function refuseMove(previous: Observation, patient: string, { base }: MeasurementParts): void {
  if (localName(previous.subject?.reference ?? '', base) !== patient) {
    throw new Fault('forbidden', 'A measurement stays the same patient’s.', { expression: SUBJECT });
  }
}

function refuseCategories({ category = [] }: Observation, { categories }: MeasurementParts): void {
  const wrong = category.findIndex(({ coding = [] }) => coding.some(({ code = '' }) => !categories.includes(code)));
  if (wrong < 0) return;
  throw new Fault(
    'unprocessable',
    `Patients enter measurements of ${categories.join(', ')}, and of no other category.`,
    {
      ...{ code: 'business-rule', expression: `Observation.category[${wrong}]` },
    },
  );
}

/** Milliseconds by which the clock and the time zone of a device may be ahead. */
const AHEAD = 24 * 3600 * 1000;

function refuseFuture(
  { effectiveDateTime, effectiveInstant, effectivePeriod }: Observation,
  { clock }: MeasurementParts,
): void {
  const at = Date.parse(effectiveDateTime ?? effectiveInstant ?? effectivePeriod?.start ?? '');
  if (!(at > clock.now() + AHEAD)) return;
  throw new Fault('unprocessable', 'What is measured is not of the future.', {
    ...{ code: 'business-rule', expression: 'Observation.effective' },
  });
}

/** Who entered it, where the draft names nobody. */
function performerOf({ performer }: Observation, allowed: readonly string[], { base }: MeasurementParts): Reference[] {
  if (performer === undefined) return [{ reference: allowed[0] ?? '' }];
  const wrong = performer.findIndex(({ reference = '' }) => !allowed.includes(localName(reference, base) ?? ''));
  if (wrong < 0) return performer;
  throw new Fault('forbidden', 'A measurement is performed by the patient, or by whoever enters it for them.', {
    expression: `Observation.performer[${wrong}]`,
  });
}

/** https://hl7.org/fhir/R4/provenance.html */
function recordOf(
  { id = '', device }: Observation,
  { patient, who }: { patient: string; who: string },
  previous: Observation | undefined,
  { own, ids, clock }: MeasurementParts,
): Provenance {
  const participant = (code: string) => ({
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code }],
  });
  const isNamed = device !== undefined && device.reference?.startsWith('#') !== true;
  const onBehalfOf = who === patient ? {} : { onBehalfOf: { reference: patient } };
  return {
    resourceType: 'Provenance',
    id: ids.next(),
    target: [{ reference: `Observation/${id}` }],
    recorded: instant(clock.now()),
    activity: {
      coding: [
        { system: own.codeSystem('provenance-activity'), code: 'patient-entered' },
        { system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation', code: previous ? 'UPDATE' : 'CREATE' },
      ],
    },
    agent: [
      { type: participant('author'), who: { reference: who }, ...onBehalfOf },
      ...(isNamed ? [{ type: participant('assembler'), who: device }] : []),
    ],
  };
}
