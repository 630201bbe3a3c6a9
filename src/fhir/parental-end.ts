/**
 * The end of what parents may do for a child by default, at an age that is a setting. A relation that states its own end, or is
 * of another kind, ends by its period alone. https://terminology.hl7.org/CodeSystem-v3-RoleCode.html
 */
import { comesOfAge } from './age.js';

interface Concept {
  coding?: readonly { system?: string | undefined; code?: string | undefined }[] | undefined;
}

export interface ParentalRelation {
  relationship?: readonly Concept[] | undefined;
  period?: { end?: string | undefined } | undefined;
}

const ROLES = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';
const PARENTS = new Set(
  'PRN MTH FTH NPRN NMTH NFTH GESTM ADOPTP ADOPTM ADOPTF STPPRN STPMTH STPFTH PRNFOST MTHFOST FTHFOST'.split(' '),
);

const isParents = ({ relationship = [] }: ParentalRelation): boolean =>
  relationship.some(({ coding = [] }) => coding.some(({ system, code = '' }) => system === ROLES && PARENTS.has(code)));

/**
 * Milliseconds since the epoch; Infinity where no age ends the relation.
 * @param birthDate of the child
 * @param years of age
 */
export function parentalEnd(relation: ParentalRelation, birthDate: string | undefined, years: number): number {
  if (birthDate === undefined || relation.period?.end !== undefined || !isParents(relation)) return Infinity;
  return comesOfAge(birthDate, years);
}
