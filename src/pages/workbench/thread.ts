/** The thread of a work item: its messages in order, who wrote each, for whom, and the files. */
import type { Attachment, Communication, Task } from 'fhir/r4.js';
import type { Query } from '../../fhir/request.js';
import type { Resource } from '../../fhir/resource.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import type { PlainTexts } from '../../texts/words.js';
import { html, type Html } from '../html.js';
import { find, read, type Desk } from './desk.js';
import { namesOf, type NameOf } from './names.js';
import { subjectOf } from './subject.js';

/** Messages of a thread that a page shows, the latest of them. */
const MOST = '100';

export interface Thread {
  /** In the order in which they were sent. */
  readonly messages: readonly Communication[];
  readonly name: NameOf;
}

export async function threadOf(desk: Desk, who: SignedIn, task: Task): Promise<Thread> {
  const root = `Communication/${task.groupIdentifier?.value ?? ''}`;
  const query: Query = [
    ['part-of', root],
    ['status', 'completed'],
    ['_sort', '-sent'],
    ['_count', MOST],
    ['_include', 'Communication:sender'],
    ['_include', 'Communication:recipient'],
    ['_include', 'Communication:subject'],
  ];
  const first = await read(desk, who, root);
  const { matches, included } = await find(desk, who, 'Communication', query);
  const senders = await Promise.all(missing(first, included).map(one => read(desk, who, one)));
  const resources = [...included, ...senders.flatMap(one => one ?? [])];
  const messages = [...(first ? [first] : []), ...matches.toReversed()] as unknown as Communication[];
  return { messages, name: namesOf(resources) };
}

/** Those of the first message who are not included with the others. */
function missing(first: Resource | undefined, included: readonly Resource[]): string[] {
  const known = new Set(included.map(({ resourceType, id }) => `${resourceType}/${id ?? ''}`));
  const { sender, subject, recipient = [] } = (first ?? {}) as unknown as Partial<Communication>;
  const named = [sender, subject, ...recipient].flatMap(one => one?.reference ?? []);
  return [...new Set(named)].filter(one => !known.has(one));
}

/** The last message of the patient's side: what an answer is to. */
export const lastFromPatient = ({ messages }: Thread): Communication | undefined =>
  messages.findLast(({ sender }) => /^(?:Patient|RelatedPerson)\//.test(sender?.reference ?? ''));

export const threadView = (
  { messages, name }: Thread,
  words: PlainTexts,
  { format, base }: { format: Intl.DateTimeFormat; base: string },
): Html =>
  html`<ol class="thread">
    ${messages.map(
      message =>
        html`<li>
          <h2><bdi>${subjectOf(message)}</bdi></h2>
          <p class="advice">
            <bdi>${name(message.sender?.reference) ?? words.unnamed}</bdi>
            ${isByProxy(message) && html`· ${words.forPatient} <bdi>${name(message.subject?.reference)}</bdi>`}
            ${message.sent !== undefined && html`· ${format.format(new Date(message.sent))}`}
          </p>
          ${(message.payload ?? []).map(({ contentString, contentAttachment }) =>
            contentAttachment === undefined
              ? html`<p class="message" dir="auto">${contentString}</p>`
              : fileView(contentAttachment, words, base),
          )}
        </li>`,
    )}
  </ol>`;

const isByProxy = ({ sender }: Communication): boolean => sender?.reference?.startsWith('RelatedPerson/') === true;

function fileView({ url = '', title }: Attachment, words: PlainTexts, base: string): Html {
  const [path] = /Binary\/[A-Za-z0-9.-]+$/.exec(url) ?? [];
  const label = html`<bdi>${title ?? words.attachment}</bdi>`;
  return html`<p>${path === undefined ? label : html`<a href="${base}/${path}">${label}</a>`}</p>`;
}
