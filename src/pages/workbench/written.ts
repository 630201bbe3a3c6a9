/** A message that staff are writing: what its form holds, whatever becomes of it. */
import type { Communication } from 'fhir/r4.js';
import type { Fields, Received } from '../account/visit.js';

/** A file that is at the endpoint already, as its Binary. */
export type MessageFile = NonNullable<Received['file']>;

export interface Written {
  readonly text: string;
  readonly subject: string;
  /** Code of message-category, or ''. */
  readonly category: string;
  /** `Organization/1`, `Practitioner/1`, or '' where nobody has chosen. */
  readonly sender: string;
  readonly files: readonly MessageFile[];
  /** Patients may not answer it. */
  readonly isClosed: boolean;
  /** The work item is done with it. */
  readonly completes: boolean;
  /** Where it is kept. */
  readonly draft?: { readonly id: string; readonly version: string };
}

export const BLANK: Written = {
  ...{ text: '', subject: '', category: '', sender: '', files: [] },
  ...{ isClosed: false, completes: true },
};

/** As the form was sent, with the files that came with it. */
export function writtenIn(fields: Fields, received: readonly Received[]): Written {
  const [id, version] = [fields('draft'), fields('draft-version')];
  return {
    ...{ text: fields('text'), subject: fields('subject'), category: fields('category'), sender: fields('sender') },
    files: [...filesIn(fields), ...received.flatMap(({ file }) => file ?? [])],
    ...{ isClosed: fields('closed') === 'on', completes: fields('complete') === 'on' },
    ...(id === '' ? {} : { draft: { id, version } }),
  };
}

/** More files than a message carries. */
const MOST_FILES = 100;

export const fileField = (at: number): string => `file-${at}`;

/** Those that are still chosen. */
const filesIn = (fields: Fields): MessageFile[] =>
  Array.from({ length: MOST_FILES }, (_, at) => fields(fileField(at))).flatMap(fileIn);

/** What is no file is left out: the form is the reader's own to spoil. */
function fileIn(text: string): MessageFile[] {
  try {
    const one: unknown = text === '' ? undefined : JSON.parse(text);
    return isFile(one) ? [one] : [];
  } catch {
    return [];
  }
}

const isFile = (one: unknown): one is MessageFile => {
  const { url, name, type } = (one ?? {}) as Partial<Record<keyof MessageFile, unknown>>;
  return [url, name, type].every(value => typeof value === 'string') && /^Binary\/[A-Za-z0-9.-]+$/.test(String(url));
};

/** Its content, as a message has it: nothing where nothing is written. */
export function payloadOf({ text, files }: Written): Pick<Communication, 'payload'> {
  const attached = files.map(({ url, name, type }) => ({
    contentAttachment: { url, title: name, contentType: type },
  }));
  const payload = [...(text.trim() === '' ? [] : [{ contentString: text }]), ...attached];
  return payload.length === 0 ? {} : { payload };
}

/** A draft, as it was kept. */
export function writtenAs(draft: Communication, isClosed: boolean): Written {
  const { id = '', meta, payload = [], sender, topic, category } = draft;
  const files = payload.flatMap(({ contentAttachment: one }) =>
    one?.url === undefined ? [] : [{ url: one.url, name: one.title ?? '', type: one.contentType ?? '' }],
  );
  return {
    ...BLANK,
    text: payload.flatMap(({ contentString }) => contentString ?? []).join('\n\n'),
    ...{ subject: topic?.text ?? '', category: category?.[0]?.coding?.[0]?.code ?? '' },
    ...{ sender: sender?.reference ?? '', files, isClosed },
    draft: { id, version: meta?.versionId ?? '' },
  };
}
