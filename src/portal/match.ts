/** The Patients that may be a described person, each with a grade and a score. */
import type { Patient } from 'fhir/r4.js';
import { byAddress, byBirthDate, byIdentifier, MOST_CANDIDATES } from './candidates.js';
import { compare, describe, gradeOf, scoreOf, type Comparison, type Description, type Grade } from './likeness.js';
import type { Versioned, WorkflowReader } from './step.js';
import { survivorOf } from './survivor.js';

export interface PatientMatch {
  readonly record: Versioned<Patient>;
  readonly grade: Grade;
  /** From 0 to 1. */
  readonly score: number;
}

/** Whether a description has facts to look anybody up by: an identifier, an address, or family name and birth date. */
export const canBeMatched = (sought: Description): boolean => queriesOf(sought).some(query => query !== undefined);

const queriesOf = (sought: Description) => [byIdentifier(sought), byAddress(sought), byBirthDate(sought)];

/**
 * Best first. A merged record is matched for the one in force; inactive records are left out, and the deceased where
 * somebody alive matches. Sees what its reader sees. Fault `too-costly` where the facts are those of too many.
 */
export async function matchPatients(sought: Description, reader: WorkflowReader): Promise<PatientMatch[]> {
  const { found } = await reader.findAny<Patient>('Patient', queriesOf(sought), MOST_CANDIDATES);
  const best = new Map<string, PatientMatch>();
  for (const candidate of found) {
    const how = compare(sought, describe(candidate.resource, reader.phoneNumber));
    if (gradeOf(how) === 'certainly-not') continue;
    const match = graded(await survivorOf(candidate, reader), how);
    const { id } = match.record.version.key;
    if (match.score > (best.get(id)?.score ?? 0)) best.set(id, match);
  }
  const open = [...best.values()].filter(({ record: { resource } }) => inForce(resource));
  const living = open.filter(({ record: { resource } }) => !hasDied(resource));
  return (living.length > 0 ? living : open).sort(byScore);
}

const graded = (record: Versioned<Patient>, how: Comparison): PatientMatch => ({
  record,
  grade: gradeOf(how),
  score: scoreOf(how),
});

/** A record that says it was replaced is none in force, even where the reader does not see the one that replaced it. */
const inForce = ({ active, link = [] }: Patient): boolean =>
  active !== false && !link.some(({ type }) => type === 'replaced-by');

const hasDied = ({ deceasedBoolean, deceasedDateTime }: Patient): boolean =>
  deceasedBoolean === true || deceasedDateTime !== undefined;

const byScore = (a: PatientMatch, b: PatientMatch): number =>
  b.score - a.score || (a.record.version.key.id < b.record.version.key.id ? -1 : 1);
