/**
 * The secure message: a Communication. The server sets sender, time and thread. A patient's message becomes a work item of
 * the clinical group's workflow group; a message to a patient brings a notice. A draft is stored, and does neither.
 */
import type { Communication, Extension, Reference } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import { isPatientSide, refuseStrangers } from './addressees.js';
import type { Author } from './author.js';
import { withBareReferences } from './bare.js';
import { refuseContained, refuseForeignNotes, refuseOutside, signed } from './claims.js';
import { counted, uncounted } from './countable.js';
import { refuseUnanswerable, taskAnswered, taskNamed, withReply } from './message-answer.js';
import { MARKS, marksDocument, marksIn, written } from './marks.js';
import { extended, extensionOf, withoutOwn } from './message-extensions.js';
import { noticesOf, type NoticeParts } from './message-notice.js';
import { authorship, senderOf } from './message-sender.js';
import { inForce, withParties } from './parties.js';
import { changed, created, combined, step, type WorkflowReader, type Step } from './step.js';
import { flowTo, isHandled } from './flow.js';
import { threadOf, type Thread } from './thread.js';
import { answeredElsewhere } from './work.js';
import { personalReplies, workOfAnswer } from './personal.js';

export interface MessageParts extends NoticeParts {
  readonly author: Author;
  /** Sees as much as the author. */
  readonly seen: WorkflowReader;
  /** Of the endpoint's addresses, without trailing slash. */
  readonly base: string;
  /** The organization lets patients reply to messages. */
  readonly replies: boolean;
  /** Its Workbench users write personally. */
  readonly personal: boolean;
}

export interface NewMessage {
  readonly message: Communication;
  readonly step: Step;
  /** No person can be notified of a message to this patient. */
  readonly unreached?: true;
}

type Signed = Communication & { sender: Reference };

interface Composed {
  readonly message: Signed;
  readonly thread: Thread | undefined;
  readonly named: Awaited<ReturnType<typeof taskNamed>>;
}

/** A draft in the form to store: its author's alone. */
export async function saveDraft(draft: Communication, parts: MessageParts): Promise<Communication> {
  const { author, all } = parts;
  const { message } = await composed(uncounted(draft, all.own), parts);
  const known = author.kind === 'system' ? { identifier: { value: author.subject } } : own(message, author);
  return extended(message, { url: all.own.structure('author'), valueReference: known });
}

/** People are named as the sender they are; who writes for another is named besides. */
const own = ({ sender }: Signed, { identities, fhirUser = '' }: Author): Reference => ({
  reference: identities.find(one => one === sender.reference) ?? fhirUser,
});

/** A message that is sent now, in the form to store, with its work item or notice. */
export async function sendMessage(draft: Communication, parts: MessageParts): Promise<NewMessage> {
  const { author, world, all, ages } = parts;
  const { message: composedMessage, thread, named } = await composed(draft, parts);
  if (thread) refuseUnanswerable(thread, parts);
  const task = await taskAnswered(named, thread, parts);
  const basedOn = task && !named ? { basedOn: [{ reference: `Task/${task.resource.id}` }] } : {};
  const addressed = { ...composedMessage, ...basedOn, status: 'completed' as const, sent: instant(world.clock.now()) };
  const sent = counted(addressed, all.own);
  const message = author.kind === 'system' ? sent : withSignedNotes(sent);
  await refuseStrangers(message, all, { now: world.clock.now(), ages });
  if (isPatientSide(message.sender)) refuseUnfiled(message, thread, parts);
  const reply = task ? [changed(task, withReply(task.resource, message, world))] : [];
  const about = combined(step({ writes: reply }), await authored(message, parts));
  if (isPatientSide(message.sender)) {
    const answerable = extended(message, replyAllowed(true, parts));
    return { message: answerable, step: combined(about, await workOfAnswer(message, thread, parts)) };
  }
  const answered = author.kind === 'system' && thread ? await answeredElsewhere(message, thread, all, world) : step({});
  return told(message, thread, combined(about, answered), parts);
}

/** Who wrote what another sends is kept, and finds it as its sender does. */
async function authored(message: Communication, parts: MessageParts): Promise<Step> {
  const { author, all, world } = parts;
  const { id = '' } = message;
  const record = authorship(message, parts);
  if (!record) return step({});
  const marks = await all.document(MARKS, id);
  const document = marksDocument(id, written(marksIn(marks), author, world.clock.now()), marks?.version ?? 0);
  return step({ writes: [created(record)], documents: [document] });
}

/** A message to the patient, with its notice, and whether it can be answered. */
async function told(
  message: Communication,
  thread: Thread | undefined,
  about: Step,
  parts: MessageParts,
): Promise<NewMessage> {
  const { all, world, replies } = parts;
  const refused = extensionOf(message, 'reply-allowed', all.own)?.valueBoolean === false;
  const personal = personalReplies(message, thread, parts);
  const canReply = replies && !refused && (personal.length > 0 || (await isAnswerable(message, thread, parts)));
  const answerable = extended(withoutOwn(message, all.own), replyAllowed(canReply, parts), ...personal);
  const effects = await noticesOf(message, parts);
  const sending = combined(about, step({ effects }));
  if (effects.length > 0) return { message: answerable, step: sending };
  const state = [
    { url: 'state', valueCode: 'unreached' },
    { url: 'at', valueInstant: instant(world.clock.now()) },
  ];
  const unreached = extended(answerable, { url: all.own.structure('delivery'), extension: state });
  return { message: unreached, step: sending, unreached: true };
}

const replyAllowed = (valueBoolean: boolean, { all }: Pick<MessageParts, 'all'>): Extension => ({
  url: all.own.structure('reply-allowed'),
  valueBoolean,
});

/** What the author sends, with what the server sets: parties, thread, addressees, sender. */
async function composed(draft: Communication, parts: MessageParts): Promise<Composed> {
  const { author, seen } = parts;
  refuseClaims(draft, parts);
  const named = await taskNamed(draft, parts);
  const focus = named?.resource.focus;
  const answering = focus && !draft.inResponseTo ? { ...draft, inResponseTo: [focus] } : draft;
  const thread = await threadOf(answering, seen);
  const placed = await placeInThread(await withParties(answering, parts), thread, parts);
  const addressed = withRecipient(withChoices(placed, parts), thread, author);
  const { sent: _sent, ...unsent } = addressed;
  const message = { ...unsent, sender: await senderOf(addressed, parts) };
  return { message: author.kind === 'system' ? message : byPerson(message, parts), thread, named };
}

/** Of extensions that the server writes, staff and systems may ask for one: that a message be not answered. */
function withChoices(message: Communication, { author, all }: MessageParts): Communication {
  const bare = withoutOwn(message, all.own);
  const closed = extensionOf(message, 'reply-allowed', all.own)?.valueBoolean === false;
  return closed && author.kind !== 'patient' ? extended(bare, replyAllowed(false, { all })) : bare;
}

/** Notes are their author's own, except a system's; patients' messages hold no addresses outside this server. */
function refuseClaims(draft: Communication, { author, base }: MessageParts): void {
  if (author.kind !== 'system') refuseForeignNotes(draft, author.identities);
  if (author.kind === 'patient') refuseOutside(draft, base);
}

/** Elements of which people cannot vouch, with their extensions. */
const UNKNOWN_TO_PEOPLE = new Set(['received', '_received', '_sent']);

/** What people cannot know or vouch for is the server's to write. */
function byPerson(message: Signed, { author }: MessageParts): Signed {
  if (author.kind === 'patient') refuseContained(message);
  const known = Object.fromEntries(Object.entries(message).filter(([name]) => !UNKNOWN_TO_PEOPLE.has(name))) as Signed;
  const mustBeLiteral = (name: string) => author.kind === 'patient' || name === 'subject' || name === 'recipient';
  return withBareReferences(known, mustBeLiteral);
}

const withSignedNotes = <M extends Signed & { sent: string }>(message: M): M =>
  message.note ? { ...message, note: signed(message, message.sender, message.sent) } : message;

/** A question is of a category that the portal knows; an answer has that of its thread. */
function refuseUnfiled(
  { category }: Communication,
  thread: Thread | undefined,
  { all: { own: ours } }: MessageParts,
): void {
  const system = ours.codeSystem('message-category');
  if (thread || (category ?? []).some(({ coding = [] }) => coding.some(one => one.system === system))) return;
  throw new Fault('unprocessable', 'A question is general, medical or about billing.', {
    code: 'required',
    expression: 'Communication.category',
  });
}

async function placeInThread(
  draft: Communication,
  thread: Thread | undefined,
  { author, all }: MessageParts,
): Promise<Communication> {
  const self: Reference | undefined = author.self === undefined ? undefined : { reference: `Patient/${author.self}` };
  const rooted = thread?.root.subject;
  const current = rooted?.reference === undefined ? undefined : { reference: await inForce(rooted.reference, all) };
  const subject = draft.subject ?? current ?? self;
  if (!thread) return { ...draft, ...defined({ subject }) };
  if (subject?.reference !== current?.reference) {
    throw new Fault('unprocessable', 'A message has the subject of its thread.', {
      expression: 'Communication.subject',
    });
  }
  const { parent, root } = thread;
  const category = draft.category ?? root.category;
  return {
    ...draft,
    ...defined({ subject, category }),
    inResponseTo: [{ reference: `Communication/${parent.id}` }],
    partOf: [{ reference: `Communication/${root.id}` }],
  };
}

/** By default a patient's answer goes to the other side of the thread, and every other message to the patient. */
function withRecipient(message: Communication, thread: Thread | undefined, author: Author): Communication {
  if (message.recipient !== undefined) return message;
  const recipient = author.kind === 'patient' ? otherSide(thread) : message.subject && [message.subject];
  return recipient ? { ...message, recipient } : message;
}

function otherSide(thread: Thread | undefined): Reference[] | undefined {
  if (!thread) return undefined;
  const { sender, recipient } = thread.parent;
  return sender && !isPatientSide(sender) ? [sender] : recipient;
}

/** Whether a patient's answer to this message would go somewhere. */
async function isAnswerable(
  { sender, category }: Communication,
  thread: Thread | undefined,
  { all, world }: Pick<MessageParts, 'all' | 'world'>,
): Promise<boolean> {
  const named = [sender, ...(thread ? [...(thread.root.recipient ?? []), thread.root.sender] : [])];
  for (const { reference = '' } of named.flatMap(one => one ?? [])) {
    const flow = await flowTo(reference, category, all, world.clock.now());
    if (flow && isHandled(flow)) return true;
  }
  return false;
}
