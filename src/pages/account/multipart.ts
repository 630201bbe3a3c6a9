/** Forms with files: each file is read while it arrives, and never whole in memory. https://www.rfc-editor.org/rfc/rfc7578 */
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyFileStream, type BusboyHeaders } from '@fastify/busboy';
import type { Request } from 'express';
import { Fault } from '../../fhir/fault.js';

export interface FormFile {
  /** As its sender calls it, without folders. */
  readonly name: string;
  /** Media type, as the browser says. */
  readonly type: string;
  /** Iterating rejects with Fault `too-large`. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface FileRoom {
  /** Bytes of one file. */
  readonly bytes: number;
  /** Files; what comes beyond is dropped. */
  readonly files: number;
}

export interface Multipart<R> {
  readonly fields: Readonly<Record<string, string>>;
  /** What came of the files that were taken, in their order. */
  readonly received: readonly R[];
}

/** Fields of a form, and the bytes of one. */
const MOST_FIELDS = 50;
const FIELD = 256 * 1024;

export const isMultipart = ({ headers }: Pick<Request, 'headers'>): boolean =>
  /^multipart\/form-data\b/i.test(headers['content-type'] ?? '');

/**
 * Faults: `invalid` for what is no such form or ends early, `too-large` for fields beyond measure.
 * @param receive one file after the other; undefined where it is not taken. It knows the fields that came before the file.
 */
export async function readMultipart<R>(
  request: Request,
  { bytes, files }: FileRoom,
  receive: (file: FormFile, fields: Readonly<Record<string, string>>) => Promise<R | undefined>,
): Promise<Multipart<R>> {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  const received: R[] = [];
  let last: Promise<void> = Promise.resolve();
  const fault = { isOver: false };
  const form = parser(request.headers as BusboyHeaders, { bytes, files });
  form.on('field', (name, value, nameCut, valueCut) => {
    if (nameCut || valueCut) fault.isOver = true;
    fields[name] ??= value;
  });
  form.on('fieldsLimit', () => {
    fault.isOver = true;
  });
  form.on('file', (_field, stream, name, _encoding, type) => {
    // One that nobody reads any more may break: the form as a whole does then.
    stream.on('error', () => undefined);
    last = last.then(async () => {
      const result = name ? await receive({ name, type, bytes: whole(stream, bytes) }, fields) : undefined;
      if (result !== undefined) received.push(result);
      stream.resume();
    });
    // Awaited below, after all that is still to come.
    last.catch(() => stream.resume());
  });
  await pipeline(request, form).catch((cause: unknown) => {
    throw new Fault('invalid', 'The form is incomplete or broken.', { code: 'structure', cause });
  });
  await last;
  if (fault.isOver) throw new Fault('too-large', 'The form holds more than a form of this page does.');
  return { fields, received };
}

function parser(headers: BusboyHeaders, { bytes, files }: FileRoom) {
  const limits = {
    ...{ fields: MOST_FIELDS, fieldSize: FIELD, fieldNameSize: 100, headerPairs: 20, headerSize: 4096 },
    ...{ files, fileSize: bytes + 1, parts: MOST_FIELDS + files + 1 },
  };
  try {
    return Busboy({ headers, limits });
  } catch (cause) {
    throw new Fault('invalid', 'This is no form.', { code: 'structure', cause });
  }
}

/** The parser would end a file silently where it is too long. */
async function* whole(stream: BusboyFileStream, most: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const piece of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > most) throw new Fault('too-large', `The file is larger than ${most} bytes.`);
    yield piece;
  }
}
