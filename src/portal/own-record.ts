/** What patients change of their own record: how they are notified, and nothing else. */
import { isDeepStrictEqual } from 'node:util';
import type { ContactPoint, Extension, Patient } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { PREFERENCES } from './preferences.js';

/** Fault `forbidden` that names the element. */
export function refuseOtherChanges(before: Patient, after: Patient, own: Pick<OwnCanonicals, 'structure'>): void {
  const [was, is] = [before, after].map(record => fixedOf(record, own)) as [Fixed, Fixed];
  for (const name of new Set([...Object.keys(was), ...Object.keys(is)])) {
    if (isDeepStrictEqual(was[name], is[name])) continue;
    throw new Fault('forbidden', 'Patients change how they are notified, and nothing else of their record.', {
      expression: `Patient.${name.replace(/^_/, '')}`,
    });
  }
}

type Fixed = Readonly<Record<string, unknown>>;

/** The elements that are not theirs to change. Labels are compared elsewhere. */
function fixedOf(record: Patient, own: Pick<OwnCanonicals, 'structure'>): Fixed {
  const { meta, communication: _spoken, telecom, extension, ...others } = record;
  const preferences = new Set(PREFERENCES.map(name => own.structure(name)));
  const fixed = (extension ?? []).filter(({ url }: Extension) => !preferences.has(url));
  return {
    ...others,
    meta: [...(meta?.profile ?? [])],
    telecom: (telecom ?? []).map(({ rank: _rank, ...point }: ContactPoint) => point),
    extension: fixed,
  };
}
