/** Retracted messages: a trace that its readers see, without words and without files. */
import type { Resource } from '../fhir/resource.js';
import { internalPosting } from './internal-posting.js';

/** Carried by all retracted messages. */
export const RETRACTED = internalPosting('Communication', 'retracted', '');

export const retractedPostings = ({ resourceType, status }: Resource): string[] =>
  resourceType === 'Communication' && status === 'entered-in-error' ? [RETRACTED] : [];

const SENT_BY = internalPosting('Communication', 'by', '');

/** By the postings of a retracted message, the names of its sender, to whom alone its files are left. */
export const sendersIn = (postings: readonly string[]): string[] =>
  postings.flatMap(posting => (posting.startsWith(SENT_BY) ? posting.slice(SENT_BY.length) : []));
