/**
 * Compressed answers. The length of a compressed text tells how much of it repeats: what repeats the request is never
 * compressed together with what the caller asked for (the attack BREACH). RFC 9110 section 8.4, https://breachattack.com
 */
import { promisify } from 'node:util';
import { brotliCompress, constants, createGzip, gzip } from 'node:zlib';

export type Coding = 'br' | 'gzip';

/** Bytes of the least text worth it, and of the largest. */
export const LEAST = 1024;
const MOST = 32 * 1024 * 1024;

/** Codings of an Accept-Encoding header that are read. */
const MAX_CODINGS = 20;

const FAST = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** What is known of a text to be sent. */
export interface Compressible {
  /** Characters at its start that may repeat the request. */
  reflected: number;
  /** The same text is sent to everybody, again and again. */
  stable: boolean;
}

/**
 * The coding for a text of so many bytes, by the Accept-Encoding header: the caller's preference, then Brotli. A text that
 * is compressed in two parts is gzip, since Brotli cannot forget what came before.
 */
export function codingFor(header: string, bytes: number, { reflected }: Compressible): Coding | undefined {
  if (bytes < LEAST || bytes > MOST) return undefined;
  const weights = weightsOf(header);
  const weightOf = (name: string): number => weights.get(name) ?? (name === 'identity' ? 0 : (weights.get('*') ?? 0));
  const offered: Coding[] = reflected === 0 ? ['br', 'gzip'] : ['gzip'];
  const best = offered.reduce((one, other) => (weightOf(other) > weightOf(one) ? other : one));
  return weightOf(best) > 0 && weightOf(best) >= weightOf('identity') ? best : undefined;
}

function weightsOf(header: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const item of header.toLowerCase().split(',', MAX_CODINGS)) {
    const [, name, weight = '1'] = /^\s*([\w*-]+)\s*(?:;\s*q=(\d(?:\.\d{0,3})?)\s*)?$/.exec(item) ?? [];
    if (name !== undefined) weights.set(name, Number(weight));
  }
  return weights;
}

/** Compresses texts; those that are stable once. */
export function createCompress() {
  const kept: Record<Coding, Map<string, Promise<Buffer>>> = { br: new Map(), gzip: new Map() };

  return function compress(text: string, coding: Coding, { reflected, stable }: Compressible): Promise<Buffer> {
    if (!stable) return compressed(text, coding, reflected);
    const texts = kept[coding];
    const known = texts.get(text);
    if (known) return known;
    const made = compressed(text, coding, reflected);
    if (texts.size >= MAX_KEPT) texts.clear();
    texts.set(text, made);
    return made;
  };
}

/** Statements of some endpoints, in two formats. */
const MAX_KEPT = 16;

function compressed(text: string, coding: Coding, reflected: number): Promise<Buffer> {
  if (coding === 'br') return brotli(text, FAST);
  return reflected === 0 ? zip(text) : inTwoParts(text.slice(0, reflected), text.slice(reflected));
}

/** Nothing in the second part refers to the first, and its length does not depend on it. */
async function inTwoParts(first: string, second: string): Promise<Buffer> {
  const stream = createGzip();
  stream.write(first);
  stream.flush(constants.Z_FULL_FLUSH);
  stream.end(second);
  return Buffer.concat(await stream.toArray());
}
