/** What content is by its own bytes: its size, its SHA-1, and whether it is of the media type that its sender names. */
import { createHash } from 'node:crypto';
import { fileTypeFromBuffer, supportedMimeTypes } from 'file-type';
import { mediaType } from '../formats/media-type.js';
import type { FileFacts } from '../portal/message-file.js';

/** Bytes at the beginning that tell what a file is. */
export const START = 64 * 1024;

const MARKED: ReadonlySet<string> = supportedMimeTypes;

/** Names that people and programs use for the same. */
const SYNONYMS: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg',
  'text/xml': 'application/xml',
  'text/rtf': 'application/rtf',
  'audio/x-wav': 'audio/wav',
  'audio/mp3': 'audio/mpeg',
  'image/heif': 'image/heic',
};

/** Files that are zip archives inside, and may look like any. */
const ZIPPED = /^application\/(vnd\.openxmlformats-officedocument\.|vnd\.oasis\.opendocument\.|epub\+zip)/;

/** Markup that browsers run, and scripts that systems start. https://mimesniff.spec.whatwg.org/#identifying-a-resource-with-an-unknown-mime-type */
const ACTIVE =
  /^[\s\ufeff]*(?:#!|<\?|<!--|<!doctype|<(?:html|head|body|script|iframe|svg|style|title|table|div|a|b|br|p|h1|font|object|embed)[\s/>])/i;

export async function inspect(
  contentType: string,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<FileFacts> {
  const hash = createHash('sha1');
  const start: Uint8Array[] = [];
  let size = 0;
  for await (const piece of bytes) {
    if (size < START) start.push(piece.subarray(0, START - size));
    hash.update(piece);
    size += piece.length;
  }
  return { size, hash: hash.digest('base64'), isAsNamed: await isAsNamed(contentType, Buffer.concat(start)) };
}

const plain = (type: string): string => SYNONYMS[type] ?? type;

/** Whether content that begins so is of the media type that its sender names. */
export const isAsNamed = (contentType: string, start: Buffer): Promise<boolean> =>
  isOfType(mediaType(contentType), start);

/** What has no marks of its own is text, or of a type without marks, and holds nothing that runs. */
async function isOfType(named: string, start: Buffer): Promise<boolean> {
  const found = (await fileTypeFromBuffer(start))?.mime;
  if (found !== undefined) {
    return plain(found) === plain(named) || (found === 'application/zip' && ZIPPED.test(named));
  }
  if (MARKED.has(plain(named)) || ACTIVE.test(start.toString('latin1'))) return false;
  return !named.startsWith('text/') || !start.includes(0);
}
