/** Why a Binary comes without its content. http://hl7.org/fhir/R4/extension-data-absent-reason.html */
import type { JsonObject, Resource } from '../fhir/resource.js';

const ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';

/** `temp-unknown`: it is held, and may come. `not-permitted`: it held a virus, and is gone. */
export type Absence = 'temp-unknown' | 'not-permitted';

/** The element `_data`, in the place of `data`. */
export const absent = (valueCode: Absence): JsonObject => ({ extension: [{ url: ABSENT, valueCode }] });

/** Of a Binary of whatever shape. */
export function absenceOf({ data, _data: element }: Resource): unknown {
  const extension = (element as JsonObject | null | undefined)?.['extension'];
  if (data !== undefined || !Array.isArray(extension)) return undefined;
  return (extension as (JsonObject | null)[]).find(one => one?.['url'] === ABSENT)?.['valueCode'];
}
