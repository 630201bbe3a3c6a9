/** The thread of a work item: its messages in order, who wrote each, for whom, the files, and what became of those sent. */
import type { Communication, RelatedPerson } from 'fhir/r4.js';
import type { OwnCanonicals } from '../../fhir/own-canonicals.js';
import type { Query } from '../../fhir/request.js';
import type { Resource } from '../../fhir/resource.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import { html, type Html } from '../html.js';
import { hidden } from '../account/fields.js';
import type { Visit } from '../account/visit.js';
import { find, read, type Desk, type Reply } from './desk.js';
import { extensionsOf } from './extension.js';
import { fileView } from './file.js';
import { namesOf, type NameOf } from './names.js';
import type { WorkbenchParts } from './parts.js';
import { subjectOf } from './subject.js';

/** Messages of a thread that a page shows, the latest of them. */
const MOST = '100';
/** Messages of staff, the latest, of which a page tells who has read them. */
const MOST_READ = 5;

export interface Thread {
  /** In the order in which they were sent; of those that were retracted, a trace. */
  readonly messages: readonly Communication[];
  readonly name: NameOf;
  /** Who writes in it for the patient. */
  readonly proxies: readonly RelatedPerson[];
  /** Messages that the reader's side sent and somebody has read, with the first time: `Communication/1`. */
  readonly readAt: ReadonlyMap<string, string>;
}

/** @param rootId of its first message */
export async function threadOf(
  { desk, own }: Pick<WorkbenchParts, 'desk' | 'own'>,
  who: SignedIn,
  rootId: string,
): Promise<Thread> {
  const root = `Communication/${rootId}`;
  const query: Query = [
    ['part-of', root],
    ['status', 'completed,entered-in-error'],
    ['_sort', '-sent'],
    ['_count', MOST],
    ...(['sender', 'recipient', 'subject'] as const).map(code => ['_include', `Communication:${code}`] as const),
  ];
  const first = await read(desk, who, root);
  const { matches, included } = await find(desk, who, 'Communication', query);
  const senders = await Promise.all(missing(first, included).map(one => read(desk, who, one)));
  const resources = [...included, ...senders.flatMap(one => one ?? [])];
  const messages = [...(first ? [first] : []), ...matches.toReversed()] as unknown as Communication[];
  const writers = new Set(messages.map(({ sender }) => sender?.reference));
  const proxies = resources.filter(one => writers.has(nameOfOne(one)) && one.resourceType === 'RelatedPerson');
  return {
    ...{ messages, name: namesOf(resources), proxies: proxies as unknown as RelatedPerson[] },
    readAt: await readTimes({ desk, own }, who, messages),
  };
}

const nameOfOne = ({ resourceType, id = '' }: Pick<Resource, 'resourceType' | 'id'>): string => `${resourceType}/${id}`;

/** Those of the first message who are not included with the others. */
function missing(first: Resource | undefined, included: readonly Resource[]): string[] {
  const known = new Set(included.map(nameOfOne));
  const { sender, subject, recipient = [] } = (first ?? {}) as unknown as Partial<Communication>;
  const named = [sender, subject, ...recipient].flatMap(one => one?.reference ?? []);
  return [...new Set(named)].filter(one => !known.has(one));
}

/** What the sender of a message may ask, and others are refused. */
async function readTimes(
  { desk, own }: Pick<WorkbenchParts, 'desk' | 'own'>,
  who: SignedIn,
  messages: readonly Communication[],
): Promise<ReadonlyMap<string, string>> {
  const sent = messages.filter(one => isSent(one) && isByStaff(one)).slice(-MOST_READ);
  const times = await Promise.all(
    sent.map(async ({ id = '' }) => {
      const { resource } = await desk(who, { method: 'GET', path: ['Communication', id, '$read-state'] });
      const marks = extensionsOf((resource ?? {}) as unknown as Communication, 'read', own);
      const at = marks.flatMap(({ extension = [] }) => extension.flatMap(({ valueInstant }) => valueInstant ?? []));
      return [id, at.sort()[0]] as const;
    }),
  );
  return new Map(times.flatMap(([id, at]) => (at === undefined ? [] : [[`Communication/${id}`, at] as const])));
}

const isSent = ({ status }: Communication): boolean => status === 'completed';
const isByPatient = ({ sender }: Communication): boolean =>
  /^(?:Patient|RelatedPerson)\//.test(sender?.reference ?? '');
export const isByStaff = (message: Communication): boolean => message.sender !== undefined && !isByPatient(message);

/** The last message of the patient's side: what an answer is to. */
export const lastFromPatient = ({ messages }: Thread): Communication | undefined =>
  messages.findLast(one => isByPatient(one) && isSent(one));

export interface ThreadView {
  readonly format: Intl.DateTimeFormat;
  /** Path of the portal's FHIR base. */
  readonly base: string;
  readonly own: OwnCanonicals;
  /** The form that takes a message back, and the id of the page's own. */
  readonly retract: { readonly action: string; readonly id: string };
}

export const threadView = (visit: Visit, thread: Thread, view: ThreadView): Html =>
  html`<ol class="thread">
    ${thread.messages.map(message => messageView(visit, message, thread, view))}
  </ol>`;

function messageView(
  visit: Visit,
  message: Communication,
  { name, readAt }: Thread,
  { format, base, own, retract: form }: ThreadView,
): Html {
  const { words } = visit;
  const readTime = readAt.get(`Communication/${message.id ?? ''}`);
  return html`<li class="${isByStaff(message) ? 'ours' : 'theirs'}">
    <h3><bdi>${subjectOf(message) ?? words.noSubject}</bdi></h3>
    <p class="advice">
      <bdi>${name(message.sender?.reference) ?? words.unnamed}</bdi>
      ${isByProxy(message) && html`· ${words.forPatient} <bdi>${name(message.subject?.reference)}</bdi>`}
      ${message.sent !== undefined && html`· ${format.format(new Date(message.sent))}`}
      ${readTime !== undefined && html`· ${words.readAt} ${format.format(new Date(readTime))}`}
    </p>
    ${
      isSent(message)
        ? (message.payload ?? []).map(({ contentString, contentAttachment }) =>
            contentAttachment === undefined
              ? html`<p class="message" dir="auto">${contentString}</p>`
              : fileView(contentAttachment, { words, base, own }),
          )
        : html`<p class="advice">${words.retracted}</p>`
    }
    ${isSent(message) && isByStaff(message) && retractForm(visit, message, form)}
  </li>`;
}

const isByProxy = ({ sender }: Communication): boolean => sender?.reference?.startsWith('RelatedPerson/') === true;

const retractForm = (
  { words, form }: Visit,
  { id = '' }: Communication,
  { action, id: page }: ThreadView['retract'],
): Html =>
  html`<details class="retract">
    <summary>${words.retract}</summary>
    ${form(
      action,
      html`${hidden('id', page)} ${hidden('message', id)}
        <p class="advice">${words.retractWhat}</p>
        <button type="submit" class="quiet">${words.retract}</button>`,
      { id: page },
    )}
  </details>`;

/** Takes back a message that was sent. @param id of the message */
export async function retract(desk: Desk, who: SignedIn, id: string): Promise<Reply> {
  const path = ['Communication', id];
  const message = await read(desk, who, path.join('/'));
  if (!message) return { status: 404, resource: undefined };
  const resource = { ...message, status: 'entered-in-error' };
  return desk(who, { method: 'PUT', path, version: message.meta?.versionId ?? '', resource });
}
