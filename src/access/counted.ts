/** The posting by which a message that was sent is counted. A draft, and what was retracted, carry none. */
import type { CodeableConcept } from 'fhir/r4.js';
import { countPosting, KINDS, messageCount } from '../fhir/message-count.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Resource } from '../fhir/resource.js';

/** @param parties local references at this path of the message */
export function countedPostings(
  message: Resource,
  own: OwnCanonicals,
  parties: (path: 'sender' | 'recipient') => readonly string[],
): string[] {
  if (message.resourceType !== 'Communication' || message['status'] !== 'completed') return [];
  const category = (message['category'] ?? []) as unknown as CodeableConcept[];
  const kind = KINDS.find(one => own.hasCode(category, 'message-category', one));
  return [countPosting(messageCount(parties('sender')[0] ?? '', parties('recipient'), kind))];
}
