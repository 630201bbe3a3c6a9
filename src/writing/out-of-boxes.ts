/** A retracted message lies in no box: a search by its parties passes it over, one by status, subject or thread finds the trace. */
import type { Resource } from '../fhir/resource.js';
import { baseKey } from '../search/keys.js';
import type { IndexEntries } from '../search/query.js';

const BOXES = ['recipient', 'sender'].map(name => baseKey('Communication', name));

/** The entries without those by which boxes are searched, for a retracted message. */
export function outOfBoxes({ resourceType, status }: Resource, entries: IndexEntries): IndexEntries {
  if (resourceType !== 'Communication' || status !== 'entered-in-error') return entries;
  return { ...entries, postings: entries.postings.filter(posting => !BOXES.some(box => posting.startsWith(box))) };
}
