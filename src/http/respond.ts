/**
 * FhirResponse → HTTP. Stored JSON text goes out as it is, in one write. Header order and names are fixed, so that an
 * answer costs one call of writeHead.
 */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FhirResponse } from '../fhir/response.js';
import type { Shape } from '../formats/media-type.js';
import { Cache } from '../runtime/cache.js';
import { textOf, type TextBody, type WriteXml } from './body-text.js';
import { codingFor, createCompress, type Coding } from './compress.js';

/** An answer's surroundings. */
export interface Envelope extends Shape {
  /** Send headers only. */
  head: boolean;
  /** X-Request-Id. */
  id: string;
  /** X-Correlation-Id, where the caller sent one. */
  correlation: string | undefined;
  /** The request came from a web page of another origin. */
  crossOrigin: boolean;
  /** Accept-Encoding, if it was sent. */
  codings: string | undefined;
}

/** Sends answers of the FHIR endpoints; `secure` is set where callers reach the server by https. */
export function createRespond(writeXml: WriteXml, secure: boolean) {
  const fixed = [
    ...[
      'cache-control',
      'no-store',
      'vary',
      'accept, authorization, accept-encoding',
      'x-content-type-options',
      'nosniff',
    ],
    // A browser neither runs nor frames an answer: a Binary is an upload of a user.
    ...['content-security-policy', "default-src 'none'; frame-ancestors 'none'; sandbox"],
    ...(secure ? ['strict-transport-security', 'max-age=31536000; includeSubDomains'] : []),
  ];

  const compressed = createCompressed();
  const stableTexts = createStableTexts(writeXml);

  return async function respond(response: ServerResponse, answer: FhirResponse, envelope: Envelope): Promise<void> {
    const headers = [...fixed, 'x-request-id', envelope.id];
    if (envelope.correlation !== undefined) headers.push('x-correlation-id', envelope.correlation);
    if (envelope.crossOrigin) headers.push(...crossOriginHeaders);
    for (const name in answer.headers) headers.push(name, answer.headers[name]!);
    const { body } = answer;
    if (body?.kind === 'bytes') {
      headers.push('content-type', printable(body.contentType));
      headers.push('content-length', String(body.bytes.length));
      response.writeHead(answer.status, headers);
      response.end(envelope.head ? undefined : body.bytes);
    } else if (body?.kind === 'stream') {
      headers.push('content-type', printable(body.contentType), 'content-length', String(body.length));
      response.writeHead(answer.status, headers);
      if (envelope.head) response.end();
      else await sendStream(response, body.bytes);
    } else {
      const written =
        body === undefined ? '' : answer.stable ? stableTexts(body, envelope) : textOf(body, envelope, writeXml);
      const text = typeof written === 'string' ? written : await written;
      if (body !== undefined) headers.push('content-type', contentTypes[envelope.format]);
      const pending = envelope.codings === undefined ? undefined : compressed(answer, text, envelope);
      if (pending) sendCompressed(response, answer.status, headers, await pending);
      else sendText(response, answer.status, headers, text, envelope.head);
    }
  };
}

/** Statements of some endpoints in one format. */
const STABLE = 16;

/** Texts of bodies that go to everybody, by format: a statement as XML takes a tenth of a second to write, once. */
function createStableTexts(writeXml: WriteXml) {
  const made = new Map<string, Cache<string | Promise<string>>>();
  return (body: TextBody, shape: Shape): string | Promise<string> => {
    if (body.kind !== 'json') return textOf(body, shape, writeXml);
    const form = `${shape.format} ${shape.pretty}`;
    const texts = made.get(form) ?? new Cache<string | Promise<string>>(STABLE);
    made.set(form, texts);
    return texts.getOrMake(body.text, () => textOf(body, shape, writeXml));
  };
}

interface Compressed {
  coding: Coding;
  bytes: Buffer;
}

/** Compresses a text where caller and answer allow it. What may repeat the request stands at the start of JSON alone. */
function createCompressed() {
  const compress = createCompress();
  return (answer: FhirResponse, text: string, envelope: Envelope): Promise<Compressed> | undefined => {
    const { reflected, stable = false } = answer;
    if (reflected === undefined || envelope.head || answer.status !== 200) return undefined;
    if (reflected > 0 && (envelope.format !== 'json' || envelope.pretty)) return undefined;
    const coding = codingFor(envelope.codings ?? '', text.length, { reflected, stable });
    return coding && compress(text, coding, { reflected, stable }).then(bytes => ({ coding, bytes }));
  };
}

const contentTypes = {
  json: 'application/fhir+json; charset=utf-8',
  xml: 'application/fhir+xml; charset=utf-8',
};

const crossOriginHeaders = [
  ...['access-control-allow-origin', '*'],
  ...[
    'access-control-expose-headers',
    'Location, Content-Location, ETag, Last-Modified, X-Request-Id, X-Correlation-Id, X-Progress',
  ],
];

/** A text of as many bytes as characters is ASCII: its bytes are its characters, and need not be encoded. */
function sendText(response: ServerResponse, status: number, headers: string[], text: string, head: boolean): void {
  const length = Buffer.byteLength(text);
  if (status !== 204 && status !== 304) headers.push('content-length', String(length));
  response.writeHead(status, headers);
  if (head || text === '') response.end();
  else response.end(text, length === text.length ? 'latin1' : 'utf8');
}

function sendCompressed(
  response: ServerResponse,
  status: number,
  headers: string[],
  { coding, bytes }: Compressed,
): void {
  headers.push('content-encoding', coding, 'content-length', String(bytes.length));
  response.writeHead(status, headers);
  response.end(bytes);
}

/** A stream that fails half-way ends the connection: the client must not take the part for the whole. */
async function sendStream(response: ServerResponse, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  await pipeline(Readable.from(bytes, { objectMode: false }), response).catch(() => response.destroy());
}

/** The Content-Type of an upload, where it is fit for a header. */
const printable = (contentType: string): string =>
  /^[\x21-\x7e][\x20-\x7e]*$/.test(contentType) ? contentType : 'application/octet-stream';
