/**
 * The ages at which what parents and guardians may do for a child narrows and ends. Ages are settings. A relation of another
 * kind, or of an incapacity, ends by its period alone. https://terminology.hl7.org/CodeSystem-v3-RoleCode.html
 */
import { comesOfAge } from './age.js';
import { boundsOf } from './period.js';

interface Concept {
  coding?: readonly { system?: string | undefined; code?: string | undefined }[] | undefined;
}

export interface ParentalRelation {
  relationship?: readonly Concept[] | undefined;
  period?: { start?: string | undefined; end?: string | undefined } | undefined;
}

const ROLES = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';
const PARENTS = new Set(
  'PRN MTH FTH NPRN NMTH NFTH GESTM ADOPTP ADOPTM ADOPTF STPPRN STPMTH STPFTH PRNFOST MTHFOST FTHFOST'.split(' '),
);

const isParents = ({ relationship = [] }: ParentalRelation): boolean =>
  relationship.some(({ coding = [] }) => coding.some(({ system, code = '' }) => system === ROLES && PARENTS.has(code)));

/**
 * Whether an age of the child limits the relation. By `parent-guardian` it does; by `legal-guardian` where that began in
 * childhood; where no basis is known for parents. Both of the latter may state an end of their own.
 */
function isOfChildhood(relation: ParentalRelation, basis: string | undefined, grown: number): boolean {
  if (basis === 'parent-guardian') return true;
  if (relation.period?.end !== undefined) return false;
  if (basis === 'legal-guardian') return boundsOf(relation.period).from < grown;
  return basis === undefined && isParents(relation);
}

/**
 * Milliseconds since the epoch; Infinity where no age ends the relation.
 * @param birthDate of the child
 * @param years of age
 * @param basis a code of `proxy-basis`
 */
export function parentalEnd(
  relation: ParentalRelation,
  birthDate: string | undefined,
  years: number,
  basis?: string,
): number {
  if (birthDate === undefined) return Infinity;
  const grown = comesOfAge(birthDate, years);
  return isOfChildhood(relation, basis, grown) ? grown : Infinity;
}
