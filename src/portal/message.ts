/**
 * The secure message: a Communication. The server sets sender, time and thread. A patient's message becomes a work item of
 * the clinical group's workflow group; a message to a patient brings a notice.
 */
import type { Communication, Reference, RelatedPerson, Task } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import { withBareReferences } from './bare.js';
import { isPatientSide, refuseStrangers } from './addressees.js';
import { refuseContained, refuseForeignFiles, refuseForeignNotes, refuseOutside, signed } from './claims.js';
import type { Concerned, Effect } from './effect.js';
import { accountsOf } from './identity.js';
import { recipientOf } from './recipient.js';
import { changed, combined, step, type Versioned, type WorkflowReader, type Step } from './step.js';
import { withoutMarks } from './read-mark.js';
import { threadOf, type Thread } from './thread.js';
import { addressOf, type ContactChannel } from './contact-channel.js';
import { answeredElsewhere, workOf } from './work.js';
import { defined } from '../fhir/defined.js';

/** The author of a message: an Actor, as far as messages are concerned. */
export interface Author {
  readonly kind: 'anonymous' | 'system' | 'patient' | 'staff';
  readonly fhirUser?: string;
  /** Id of the author's own Patient. */
  readonly self?: string;
  readonly identities: readonly string[];
}

export interface MessageParts {
  author: Author;
  /** Sees as much as the author. */
  seen: WorkflowReader;
  /** Sees everything: flows, roles, accounts. */
  all: WorkflowReader;
  world: World;
  /** Of the endpoint's addresses, without trailing slash. */
  base: string;
  /** Where links in notices lead, without a trailing slash. */
  portalUrl: string;
  /** The channels set up here, in the order of preference. */
  channels: readonly ContactChannel[];
  /** `Type/id` of what the same transaction writes. */
  expected?: ReadonlySet<string> | undefined;
}

export interface NewMessage {
  message: Communication;
  step: Step;
  /** No person can be notified of a message to this patient. */
  unreached?: true;
}

/** A new message in the form to store, with its work item or notice. */
export async function postMessage(draft: Communication, parts: MessageParts): Promise<NewMessage> {
  const { author, world } = parts;
  refuseClaims(draft, parts);
  const task = await taskAnswered(draft, parts);
  const answering =
    task && !draft.inResponseTo && task.resource.focus ? { ...draft, inResponseTo: [task.resource.focus] } : draft;
  const thread = await threadOf(answering, parts.seen);
  const placed = placeInThread(answering, thread, author);
  const sender = await senderOf(placed, parts);
  const sent = instant(world.clock.now());
  const addressed = { ...withoutMarks(withRecipient(placed, thread, author), parts.all.own), sender, sent };
  const message = author.kind === 'system' ? addressed : await byPerson(addressed, parts);
  await refuseStrangers(message, parts.all, world.clock.now());
  const reply = task ? step({ writes: [changed(task, withReply(task.resource, message, world))] }) : step({});
  if (isPatientSide(sender)) return { message, step: combined(reply, await workOf(message, thread, parts.all, world)) };
  const answered =
    author.kind === 'system' && thread ? await answeredElsewhere(message, thread, parts.all, world) : step({});
  const effects = await noticesOf(message, parts);
  const unreached = effects.length === 0 ? { unreached: true as const } : {};
  return { message, step: combined(reply, answered, step({ effects })), ...unreached };
}

/** Notes are their author's own, except a system's; patients' messages hold no addresses outside this server. */
function refuseClaims(draft: Communication, { author, base }: MessageParts): void {
  if (author.kind !== 'system') refuseForeignNotes(draft, author.identities);
  if (author.kind === 'patient') refuseOutside(draft, base);
}

/** Elements of which people cannot vouch, with their extensions. */
const UNKNOWN_TO_PEOPLE = new Set(['received', '_received', '_sent']);

/** What people cannot know or vouch for is the server's to write: whose a message is, who signed its notes and when. */
async function byPerson<M extends Communication & { sender: Reference; sent: string }>(
  message: M,
  parts: MessageParts,
): Promise<M> {
  const { author } = parts;
  if (author.kind === 'patient') refuseContained(message);
  const known = Object.fromEntries(Object.entries(message).filter(([name]) => !UNKNOWN_TO_PEOPLE.has(name))) as M;
  const notes = known.note && { note: signed(known, message.sender, message.sent) };
  const mustBeLiteral = (name: string) => author.kind === 'patient' || name === 'subject' || name === 'recipient';
  const own = withBareReferences({ ...known, ...notes }, mustBeLiteral);
  await refuseForeignFiles(own, parts);
  return own;
}

/** Sender, time, thread and addressees of a message stay those of its first version. */
export function keepMessage(next: Communication, before: Communication): Communication {
  const { sender, sent, subject, recipient, inResponseTo, partOf, basedOn } = before;
  const kept = Object.entries({ sender, sent, subject, recipient, inResponseTo, partOf, basedOn });
  return { ...next, ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)) };
}

function placeInThread(draft: Communication, thread: Thread | undefined, author: Author): Communication {
  const own: Reference | undefined = author.self === undefined ? undefined : { reference: `Patient/${author.self}` };
  const subject = draft.subject ?? thread?.root.subject ?? own;
  if (!thread) return { ...draft, ...defined({ subject }) };
  if (subject?.reference !== thread.root.subject?.reference) {
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

async function senderOf({ subject, sender }: Communication, { author, all }: MessageParts): Promise<Reference> {
  const claimed = sender?.reference;
  if (author.kind === 'system') return sender ?? missing('sender');
  if (author.kind === 'staff') {
    return {
      reference: claimed !== undefined && author.identities.includes(claimed) ? claimed : (author.fhirUser ?? ''),
    };
  }
  if (author.self !== undefined && subject?.reference === `Patient/${author.self}`)
    return { reference: subject.reference };
  for (const identity of author.identities.filter(one => one.startsWith('RelatedPerson/'))) {
    const proxy = await all.get<RelatedPerson>(identity);
    if (proxy && proxy.resource.patient.reference === subject?.reference) return { reference: identity };
  }
  throw new Fault('forbidden', 'This account may not write for that patient.', { expression: 'Communication.subject' });
}

/** The work item an agent answers by this message: claimed by that agent. */
async function taskAnswered(
  { basedOn }: Communication,
  { author, seen }: MessageParts,
): Promise<Versioned<Task> | undefined> {
  const reference = basedOn?.map(one => one.reference ?? '').find(one => one.startsWith('Task/'));
  if (reference === undefined || author.kind !== 'staff') return undefined;
  const task = await seen.get<Task>(reference);
  if (!task) throw new Fault('not-found', 'The work item does not exist.', { expression: 'Communication.basedOn' });
  const { status, owner } = task.resource;
  if (status !== 'in-progress' || !author.identities.includes(owner?.reference ?? '')) {
    throw new Fault('conflict', 'Only who has claimed a work item may answer by it.', {
      expression: 'Communication.basedOn',
    });
  }
  return task;
}

function withReply(task: Task, message: Communication, world: World): Task {
  const reply = { type: { text: 'reply' }, valueReference: { reference: `Communication/${message.id}` } };
  return { ...task, lastModified: instant(world.clock.now()), output: [...(task.output ?? []), reply] };
}

/** A notice of the message, without its content, to the persons who can be reached now. */
async function noticesOf(message: Communication, parts: MessageParts): Promise<Effect[]> {
  const persons = await reachable(await concerned(message, parts), parts);
  if (persons.length === 0) return [];
  const about = `Communication/${message.id}`;
  const parameters = { link: `${parts.portalUrl}/messages` };
  return [{ kind: 'notice', event: 'new-message', about, persons, parameters }];
}

/** The patient's account, and the proxies to whom the message is addressed. */
async function concerned({ subject, recipient = [] }: Communication, { all }: MessageParts): Promise<Concerned[]> {
  const accounts = await accountsOf(subject?.reference ?? '', all);
  const proxies = recipient.flatMap(({ reference }) => (reference?.startsWith('RelatedPerson/') ? [reference] : []));
  return [...accounts.slice(0, 1).map(({ resource }) => `Person/${resource.id}`), ...new Set(proxies)].map(
    reference => ({
      reference,
    }),
  );
}

async function reachable(persons: readonly Concerned[], { all, channels, world }: MessageParts): Promise<Concerned[]> {
  const recipients = await Promise.all(persons.map(person => recipientOf(person, all, world.clock.now())));
  return persons.filter((_person, at) => {
    const recipient = recipients[at];
    return recipient && 'contact' in recipient && addressOf(channels, recipient.contact) !== undefined;
  });
}

function missing(element: string): never {
  throw new Fault('unprocessable', `Communication.${element} is missing.`, {
    code: 'required',
    expression: `Communication.${element}`,
  });
}
