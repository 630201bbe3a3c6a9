/** Communication/$read-state: who of its recipients has read a message, for its sender. */
import type { Communication } from 'fhir/r4.js';
import type { Actor } from '../../access/actor.js';
import { Fault } from '../../fhir/fault.js';
import { MARKS, marksIn, withReaders, type Mark } from '../../portal/marks.js';
import type { Operation } from '../../service.js';
import { definitionOf } from '../operation-of.js';
import type { ReadStateInput, ReadStateOutput } from '../types.js';
import { workflowOperation, type WorkflowParts } from '../workflow-operation.js';

export const createReadState = (parts: WorkflowParts): Operation<ReadStateInput, ReadStateOutput> =>
  workflowOperation<ReadStateInput, ReadStateOutput>(
    {
      definition: definitionOf('Communication', 'read-state'),
      reason: 'message: read-state',
      async run({ context, seen, all }) {
        const { id = '' } = context.route;
        const found = await seen.get<Communication>(`Communication/${id}`);
        if (!found) throw new Fault('not-found', `There is no Communication/${id}.`);
        const { resource } = found;
        const marks = marksIn(await all.document(MARKS, id));
        const isAuthor = marks[context.actor.subject]?.wrote !== undefined;
        if (!isAuthor && !isSender(resource, context.actor)) {
          throw new Fault('forbidden', 'This is for the sender of the message.');
        }
        const others = Object.entries(marks)
          .filter(([subject]) => subject !== context.actor.subject)
          .map(([, one]) => one);
        return { output: { return: withReaders(resource, readersOf(resource, others, context.actor), all.own) } };
      },
    },
    parts,
  );

/** People are senders as themselves or in their group; a system for whomever it writes. */
function isSender({ sender }: Communication, { kind, identities, organizations }: Actor): boolean {
  const reference = sender?.reference ?? '';
  return kind === 'system' || identities.includes(reference) || (kind === 'staff' && organizations.includes(reference));
}

const isStaff = ({ who }: Mark): boolean => who.startsWith('Practitioner');

/** Of staff, a patient learns that somebody has read it, not who. */
function readersOf(
  { recipient = [] }: Communication,
  marks: readonly Mark[],
  { kind }: Actor,
): { who: string; read: number }[] {
  const readers = marks.flatMap(mark => (mark.read === undefined ? [] : [{ ...mark, read: mark.read }]));
  if (kind !== 'patient') return readers;
  const staff = readers.filter(isStaff).map(({ read }) => read);
  const addressed = recipient
    .map(({ reference = '' }) => reference)
    .find(one => /^(Organization|Practitioner)/.test(one));
  const group = staff.length === 0 || addressed === undefined ? [] : [{ who: addressed, read: Math.min(...staff) }];
  return [...readers.filter(one => !isStaff(one)), ...group];
}
