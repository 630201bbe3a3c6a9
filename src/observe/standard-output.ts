/**
 * Standard output for log lines. They are gathered here and handed on together: a write of its own for each costs a request
 * more than to make its line. Where they are not read, they are counted instead of kept: neither memory nor the end waits.
 */
import type { DestinationStream } from 'pino';

export interface Lines extends DestinationStream {
  /** Calls back once all lines so far are handed to the operating system, or nobody takes them for a second. */
  flush(done: () => void): void;
}

/** Characters that go out together, and milliseconds that fewer wait. */
const BATCH = 16 * 1024;
const PATIENCE = 100;
/** Bytes that wait for a reader. */
const KEPT = 1024 * 1024;
const LAST_PATIENCE = 1000;

let opened: Lines | undefined;

/** The one there is in a process. What is gathered when it ends, in order or not, goes out then. */
export const standardOutput = (): Lines => (opened ??= open());

function open(): Lines {
  const out = process.stdout;
  let gathered = '';
  let lost = 0;
  // A reader that has gone: there is nobody to tell.
  out.on('error', () => undefined);
  const pass = (): void => {
    if (gathered === '') return;
    if (out.writableLength > KEPT) {
      lost += gathered.split('\n').length - 1;
    } else {
      out.write(lost === 0 ? gathered : notice(lost) + gathered);
      lost = 0;
    }
    gathered = '';
  };
  setInterval(pass, PATIENCE).unref();
  process.once('exit', pass);
  return {
    write(line) {
      gathered += line;
      if (gathered.length >= BATCH) pass();
    },
    flush(done) {
      pass();
      const late = setTimeout(done, LAST_PATIENCE);
      out.write('', () => {
        clearTimeout(late);
        done();
      });
    },
  };
}

const notice = (lost: number): string =>
  `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), lost, msg: 'log lines lost' })}\n`;
