/**
 * Standard output for log lines. They are gathered here and handed on together: pino's own destination measures all that
 * waits anew with each line, which costs a request more than to make its line.
 */
import { pino, type DestinationStream } from 'pino';

export interface Lines extends DestinationStream {
  /** Calls back once all lines so far are handed to the operating system, or there is nobody to take them. */
  flush(done: () => void): void;
}

/** Characters that go out together, and milliseconds that fewer wait. */
const BATCH = 16 * 1024;
const PATIENCE = 100;

let opened: Lines | undefined;

/** The one there is in a process. What is gathered when it ends, in order or not, goes out then. */
export const standardOutput = (): Lines => (opened ??= open());

function open(): Lines {
  const out = pino.destination({ dest: 1, sync: false, minLength: 1 });
  let gathered = '';
  const pass = (): void => {
    if (gathered !== '') out.write(gathered);
    gathered = '';
  };
  setInterval(pass, PATIENCE).unref();
  process.once('exit', () => {
    pass();
    out.flushSync();
  });
  return {
    write(line) {
      gathered += line;
      if (gathered.length >= BATCH) pass();
    },
    flush(done) {
      pass();
      out.flush(() => done());
    },
  };
}
