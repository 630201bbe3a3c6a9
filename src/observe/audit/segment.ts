/**
 * Segments of the audit trail in the store: up to some thousand lines of one chain, compressed, with the keys they are found
 * by. A segment is records alone, which are committed with what they replace and end by themselves (decision 0024).
 */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliDecompress, constants, createBrotliCompress } from 'node:zlib';
import type { AuditEntry } from '../../service.js';
import type { DocumentChange, Records } from '../../store/port.js';
import { parseLine, splitLine, stamp } from './entry.js';
import { indexedKeys, keyText } from './keys.js';
import type { Run } from './log-folder.js';

export interface SegmentInfo {
  /** Begins with the stamp of `first`. */
  readonly id: string;
  readonly chain: string;
  /** Lines of the chain before this segment. */
  readonly line: number;
  readonly count: number;
  /** Earliest and latest entry; milliseconds since the epoch, never more than SPAN apart. */
  readonly first: number;
  readonly last: number;
  /** The link before the first line, and that of the last. */
  readonly start: string;
  readonly end: string;
  /** Number of the keys it is found by. */
  readonly keys: number;
}

export interface Segment {
  readonly info: SegmentInfo;
  readonly lines: readonly string[];
  readonly keys: ReadonlySet<string>;
}

/** Every segment, by `LIST`. */
export const SEGMENT = 'audit-segment';
export const LIST = 'list';
/** The same by a key, of which each record holds some. */
export const INDEX = 'audit-index';
const LINES = 'audit-lines';
const KEYS_IN_RECORD = 256;

/** Milliseconds that a segment spans at most. */
export const SPAN = 5 * 60_000;

/** Lines worked on in one turn of the event loop. */
const SLICE = 250;

const decompress = promisify(brotliDecompress);

/** Less than half the work of the usual quality, a tenth more bytes; what is repeated stands near by. */
const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 2, [constants.BROTLI_PARAM_LGWIN]: 18 } };

interface Draft {
  readonly from: number;
  lines: string[];
  first: number;
  last: number;
  keys: Set<string>;
  /** What the keys of its entries follow from: most entries add nothing new. */
  seen: Set<string>;
}

/**
 * A run of lines as segments: one, but where the clock leapt. Lets requests be answered in between.
 * @throws Error where a line is no entry
 */
export async function segmentsOf(run: Run): Promise<Segment[]> {
  const drafts: Draft[] = [];
  for (const [at, line] of run.lines.entries()) {
    if (at % SLICE === SLICE - 1) await setImmediate();
    const { entry } = parseLine(line);
    const draft = fitting(drafts.at(-1), entry.at) ?? begin(drafts, at, entry.at);
    draft.lines.push(line);
    draft.first = Math.min(draft.first, entry.at);
    draft.last = Math.max(draft.last, entry.at);
    addKeys(draft, entry);
  }
  return drafts.map(draft => finished(run, draft));
}

function addKeys({ keys, seen }: Draft, entry: AuditEntry): void {
  const { actor, client, action, target, patients, base } = entry;
  const source = [actor, client, action, target.startsWith('Patient/') ? target : '', patients.join(), base].join('|');
  if (seen.has(source)) return;
  seen.add(source);
  for (const key of indexedKeys(entry)) keys.add(keyText(key));
}

function fitting(draft: Draft | undefined, at: number): Draft | undefined {
  return draft && Math.max(draft.last, at) - Math.min(draft.first, at) <= SPAN ? draft : undefined;
}

function begin(drafts: Draft[], from: number, at: number): Draft {
  const draft: Draft = { from, lines: [], first: at, last: at, keys: new Set(), seen: new Set() };
  drafts.push(draft);
  return draft;
}

function finished(run: Run, { from, lines, first, last, keys }: Draft): Segment {
  const line = run.line + from;
  const start = from === 0 ? run.start : splitLine(run.lines[from - 1]!).link;
  const end = splitLine(lines.at(-1)!).link;
  const id = `${stamp(first)}.${run.chain}.${line}`;
  const info = { id, chain: run.chain, line, count: lines.length, first, last, start, end, keys: keys.size };
  return { info, lines, keys };
}

/** The lines piece by piece: a text of all of them would be a large object, which V8 frees late. */
async function compress(lines: readonly string[]): Promise<Buffer> {
  const stream = createBrotliCompress(QUALITY);
  const [bytes] = await Promise.all([buffer(stream), pipeline(Readable.from(piecesOf(lines)), stream)]);
  return bytes;
}

function* piecesOf(lines: readonly string[]): Generator<string> {
  for (let at = 0; at < lines.length; at += SLICE) {
    yield (at === 0 ? '' : '\n') + lines.slice(at, at + SLICE).join('\n');
  }
}

/** The records of a segment. Their commit conflicts where it is stored already. */
export async function recordsOf({ info, lines, keys }: Segment): Promise<DocumentChange[]> {
  const compressed = (await compress(lines)).toString('base64');
  const value = { ...info };
  const { id } = info;
  return [
    { op: 'put', document: { kind: SEGMENT, id, value, keys: { [LIST]: '' } }, expect: 0 },
    { op: 'put', document: { kind: LINES, id, value: { compressed }, keys: {} }, expect: 0 },
    ...chunksOf(info).map((chunk, at): DocumentChange => {
      const part = [...keys].slice(at * KEYS_IN_RECORD, (at + 1) * KEYS_IN_RECORD);
      const document = { kind: INDEX, id: chunk, value, keys: Object.fromEntries(part.map(key => [key, ''])) };
      return { op: 'put', document, expect: 0 };
    }),
  ];
}

/** Removes the records of a segment. */
export const removalOf = (info: SegmentInfo): DocumentChange[] => [
  { op: 'delete', kind: SEGMENT, id: info.id },
  { op: 'delete', kind: LINES, id: info.id },
  ...chunksOf(info).map((id): DocumentChange => ({ op: 'delete', kind: INDEX, id })),
];

/** Ids of the records that hold its keys. */
const chunksOf = ({ id, keys }: SegmentInfo): string[] =>
  Array.from({ length: Math.ceil(keys / KEYS_IN_RECORD) }, (_, at) => `${id}.${at}`);

/**
 * The lines of a stored segment; undefined where it has ended meanwhile.
 * @throws Error where they cannot be read
 */
export async function linesOf(
  records: Pick<Records, 'get'>,
  { id, count }: SegmentInfo,
  now: number,
): Promise<string[] | undefined> {
  const [segment, lines] = [await records.get(SEGMENT, id, now), await records.get(LINES, id, now)];
  if (!segment) return undefined;
  if (!lines) throw new Error('the lines of an audit segment are missing');
  const text = (await decompress(Buffer.from(String(lines.value['compressed']), 'base64'))).toString();
  const split = text.split('\n');
  if (split.length !== count) throw new Error('lines of an audit segment are missing');
  return split;
}
