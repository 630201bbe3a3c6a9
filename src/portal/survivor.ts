/** Merged records: the one that took the place of others. https://hl7.org/fhir/R4/patient-definitions.html#Patient.link */
import type { Patient } from 'fhir/r4.js';
import type { Query } from '../fhir/request.js';
import type { Versioned, WorkflowReader } from './step.js';

type Reader = Pick<WorkflowReader, 'get' | 'find'>;

/** Records that one can be merged of; a longer chain is no work of merging. */
const MOST = 50;

const linkedAs = ({ link = [] }: Patient, type: string): string[] =>
  link.flatMap(({ type: is, other }) => (is === type && other.reference !== undefined ? [other.reference] : []));

const referring = (reference: string, reader: Reader): Promise<Versioned<Patient>[]> => {
  const query: Query = [['link', reference]];
  return reader.find<Patient>('Patient', query, MOST);
};

const referenceOf = ({ resource: { id } }: Versioned<Patient>): string => `Patient/${id}`;

/** The record that is in force in this one's place, through any number of merges: itself where it was not replaced. */
export async function survivorOf(record: Versioned<Patient>, reader: Reader): Promise<Versioned<Patient>> {
  const passed = new Set<string>();
  let current = record;
  for (;;) {
    passed.add(referenceOf(current));
    const next = await successorOf(current, reader);
    if (!next || passed.has(referenceOf(next))) return current;
    current = next;
  }
}

/** Either record may tell of the merge: the old one by `replaced-by`, the new one by `replaces`. */
async function successorOf(record: Versioned<Patient>, reader: Reader): Promise<Versioned<Patient> | undefined> {
  for (const reference of linkedAs(record.resource, 'replaced-by')) {
    const found = reference.startsWith('Patient/') ? await reader.get<Patient>(reference) : undefined;
    if (found) return found;
  }
  const reference = referenceOf(record);
  const others = await referring(reference, reader);
  return others.find(({ resource }) => linkedAs(resource, 'replaces').includes(reference));
}

/** References to a record in force and to all that it replaced, itself first. */
export async function mergedInto(record: Versioned<Patient>, reader: Reader): Promise<string[]> {
  const all = new Set([referenceOf(record)]);
  const waiting = [record];
  for (let next = waiting.pop(); next && all.size < MOST; next = waiting.pop()) {
    const reference = referenceOf(next);
    const replaced = linkedAs(next.resource, 'replaces');
    const others = [...(await referring(reference, reader))].filter(({ resource }) =>
      linkedAs(resource, 'replaced-by').includes(reference),
    );
    const known = await Promise.all(replaced.map(one => reader.get<Patient>(one)));
    const found = [...others, ...known.filter(one => one !== undefined)].filter(one => !all.has(referenceOf(one)));
    for (const one of found) all.add(referenceOf(one));
    waiting.push(...found);
  }
  return [...all];
}
