/**
 * Communication/$mark-read, $mark-unread, $archive, $unarchive: what the caller has done with one message, or with several:
 * all of them or none. Calling it again changes nothing.
 */
import type { Bundle, Communication } from 'fhir/r4.js';
import { Fault } from '../../fhir/fault.js';
import type { OwnCanonicals } from '../../fhir/own-canonicals.js';
import { marked, MARKS, marksDocument, marksIn, withReaders, type Mark, type Marking } from '../../portal/marks.js';
import { step } from '../../portal/step.js';
import type { Context, Operation } from '../../service.js';
import { definitionOf } from '../operation-of.js';
import type { MarkReadInput, MarkReadOutput } from '../types.js';
import { workflowOperation, type Call, type Outcome, type WorkflowParts } from '../workflow-operation.js';

const MOST = 500;

export const createMark = (name: Marking, parts: WorkflowParts): Operation<MarkReadInput, MarkReadOutput> =>
  workflowOperation<MarkReadInput, MarkReadOutput>(
    {
      definition: definitionOf('Communication', name),
      reason: `message: ${name}`,
      run: call => mark(name, call, parts),
    },
    parts,
  );

async function mark(
  name: Marking,
  { input, context, seen, all }: Call<MarkReadInput>,
  { clock }: WorkflowParts,
): Promise<Outcome<MarkReadOutput>> {
  const ids = messagesIn(input, context.route.id);
  const found = await Promise.all(ids.map(id => seen.get<Communication>(`Communication/${id}`)));
  const missing = found.findIndex(one => one === undefined);
  if (missing >= 0) throw unknown(context.route.id === undefined ? missing : undefined);
  const records = await Promise.all(ids.map(id => all.document(MARKS, id)));
  const { actor } = context;
  const now = clock.now();
  const before = records.map(marksIn);
  const after = before.map(marks => marked(marks, actor, name, now));
  const documents = ids.flatMap((id, at) =>
    after[at] === before[at] ? [] : [marksDocument(id, after[at] ?? {}, records[at]?.version ?? 0)],
  );
  const messages = found.map((message, at) => withOwn(message!.resource, after[at]?.[actor.subject], all.own));
  const answer: object = context.route.id === undefined ? bundleOf(messages, context) : messages[0]!;
  const output = { return: answer as MarkReadOutput['return'] };
  return documents.length === 0 ? { output } : { step: step({ documents }), output };
}

/** The message with the caller's own mark, and with nobody else's. */
const withOwn = (message: Communication, mark: Mark | undefined, own: OwnCanonicals): Communication =>
  withReaders(message, mark?.read === undefined ? [] : [{ who: mark.who, read: mark.read }], own);

const bundleOf = (messages: readonly Communication[], { endpoint }: Context): Bundle => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: messages.map(resource => ({ fullUrl: `${endpoint.url}/Communication/${resource.id}`, resource })),
});

/** Ids of the messages: that of the path, or those in the input, each once. */
function messagesIn({ message = [] }: MarkReadInput, id: string | undefined): string[] {
  if (id !== undefined) {
    if (message.length === 0) return [id];
    throw new Fault('invalid', 'On one message, the operation takes no parameter message.', { expression: PARAMETER });
  }
  if (message.length === 0) throw new Fault('invalid', 'The parameter message is missing.', { code: 'required' });
  if (message.length > MOST) throw new Fault('too-costly', `At most ${MOST} messages are marked at a time.`);
  const ids = message.map(
    ({ reference = '' }, at) => /^Communication\/([A-Za-z0-9\-.]{1,64})$/.exec(reference)?.[1] ?? at,
  );
  const wrong = ids.find(one => typeof one === 'number');
  if (wrong !== undefined) throw unknown(wrong);
  return [...new Set(ids as string[])];
}

const PARAMETER = "Parameters.parameter.where(name='message')";

/** @param at which of the messages in the input */
function unknown(at: number | undefined): Fault {
  const expression = at === undefined ? {} : { expression: `${PARAMETER}[${at}]` };
  return new Fault('not-found', 'There is no such message.', expression);
}
