/**
 * The UCUM library, loaded when the first unit is met: it takes 60 ms and 17 MB. https://ucum.org/ucum
 */
import { createRequire } from 'node:module';

export const UCUM = 'http://unitsofmeasure.org';

/** What we use of @lhncbc/ucum-lhc, which has no types. */
export interface UcumLibrary {
  getSpecifiedUnit(
    code: string,
    action: 'validate',
    suggest: boolean,
  ): { unit: { moleExp_: number } | null; origString: string | null; retMsg: string[] };
  convertToBaseUnits(
    code: string,
    value: number,
  ): { status: string; magnitude?: number; unitToExp?: Readonly<Record<string, number>> };
}

const require = createRequire(import.meta.url);
let library: UcumLibrary | undefined;

export function ucum(): UcumLibrary {
  library ??= (
    require('@lhncbc/ucum-lhc') as { UcumLhcUtils: { getInstance(): UcumLibrary } }
  ).UcumLhcUtils.getInstance();
  return library;
}

/** Longer codes are nobody's unit, and the library's work grows with the length. */
const longest = 100;

/** Whether the code is a unit as UCUM writes it: `mg`, `mm[Hg]`, `{score}`; not `degC`, `pounds`. */
export function isUnit(code: string): boolean {
  if (code.length > longest) return false;
  // The library also knows names and slips, takes the unit meant for them, and says so.
  const { unit, origString, retMsg } = ucum().getSpecifiedUnit(code, 'validate', false);
  return unit !== null && origString === code && retMsg.length === 0;
}
