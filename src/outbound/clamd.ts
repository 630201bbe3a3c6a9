/**
 * ClamAV's daemon, asked by INSTREAM over TCP or a Unix socket: pieces with their length before them, a length of zero at the
 * end. Any other answer than `OK` or `FOUND` counts for nothing. https://docs.clamav.net/manual/Usage/Scanning.html#clamd
 */
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createMemoryBudget } from '../runtime/memory-budget.js';
import type { Scanner, Verdict } from '../content/virus-scan.js';

export interface Clamd {
  readonly address: { readonly host: string; readonly port: number } | { readonly path: string };
  /** Milliseconds for one scan, the wait for a connection included. */
  readonly timeout: number;
  /** Scans at once: clamd has a thread for each. */
  readonly connections: number;
}

/** Characters of an answer beyond which it is none of clamd's. */
const LONGEST_ANSWER = 4096;

/** @param report told why there was no verdict; never of the content or its name */
export function createClamd(clamd: Clamd, report: (reason: unknown) => void): Scanner {
  const { connections, timeout } = clamd;
  const turns = createMemoryBudget(connections, connections, timeout);
  return async bytes => {
    const until = performance.now() + timeout;
    const turn = turns.reserve('');
    try {
      if (!(await turn.grow(1))) throw new Error('every connection to the scanner is in use');
      return verdictOf(await ask(clamd, bytes, until - performance.now()));
    } catch (error) {
      report(error);
      return { is: 'unknown' };
    } finally {
      turn.release();
    }
  };
}

function verdictOf(answer: string): Verdict {
  if (answer === 'stream: OK\0') return { is: 'clean' };
  const virus = /^stream: ([\x20-\x7e]{1,200}) FOUND\0$/.exec(answer)?.[1];
  if (virus !== undefined) return { is: 'infected', virus };
  throw new Error(`the scanner answers: ${answer.replace(/[^\x20-\x7e]/g, '').slice(0, 100)}`);
}

/** The answer, which may come before all is sent: that the content is too large, say. */
async function ask({ address }: Clamd, bytes: AsyncIterable<Uint8Array>, patience: number): Promise<string> {
  const socket = connect(address);
  const late = setTimeout(
    () => socket.destroy(new Error('the scanner does not answer in time')),
    Math.max(1, patience),
  );
  const answer = answerFrom(socket);
  // What ends the sending ends the connection, and so the wait for the answer.
  pipeline(Readable.from(framed(bytes), { objectMode: false }), socket, { end: false }).catch((error: unknown) =>
    socket.destroy(error as Error),
  );
  try {
    return await answer;
  } finally {
    clearTimeout(late);
    socket.destroy();
  }
}

async function* framed(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield Buffer.from('zINSTREAM\0');
  for await (const piece of bytes) {
    // A length of zero ends the content: what comes behind it would not be scanned.
    if (piece.length > 0) yield* [lengthOf(piece), piece];
  }
  yield lengthOf([]);
}

function lengthOf({ length }: ArrayLike<number>): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(length);
  return prefix;
}

function answerFrom(socket: Socket): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let answer = '';
  socket.setEncoding('latin1');
  socket.on('data', (part: string) => {
    answer += part;
    if (answer.endsWith('\0') || answer.length > LONGEST_ANSWER) resolve(answer);
  });
  socket.once('error', reject);
  socket.once('close', () => (answer === '' ? reject(new Error('the scanner hangs up')) : resolve(answer)));
  return promise;
}
