/** The end that nobody foresaw: it is told without what the error says, which may quote what somebody sent. */
import { describeError } from './error-fields.js';

/** Ends the process with 1 at an error that nothing caught: what it left half done cannot be trusted. */
export function endOnCrash(): void {
  process.on('uncaughtException', error => {
    const line = { level: 'fatal', time: new Date().toISOString(), error: describeError(error), msg: 'uncaught error' };
    process.stderr.write(`${JSON.stringify(line)}\n`);
    process.exit(1);
  });
}
