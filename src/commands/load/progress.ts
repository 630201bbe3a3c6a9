/** Progress of a load: one line that is rewritten on a terminal, otherwise a line now and then. */
import type { Tally } from './loader.js';

export interface Progress {
  show(file: string, tally: Tally): void;
  /** The last line of a file. */
  finish(file: string, tally: Tally): void;
}

const TERMINAL_MILLISECONDS = 200;
const PLAIN_MILLISECONDS = 5000;

export function createProgress(out: NodeJS.WriteStream, now: () => number): Progress {
  const interval = out.isTTY ? TERMINAL_MILLISECONDS : PLAIN_MILLISECONDS;
  let began = now();
  let shown = began;
  const line = (file: string, { written, unchanged, refused, skipped }: Tally): string => {
    const perSecond = Math.round((written + unchanged) / Math.max((now() - began) / 1000, 0.001));
    const parts = [`${written} written`, `${unchanged} unchanged`, `${refused} refused`];
    if (skipped > 0) parts.push(`${skipped} done before`);
    return `${file}: ${parts.join(', ')} (${perSecond}/s)`;
  };
  const [start, end] = out.isTTY ? ['\r\x1b[K', ''] : ['', '\n'];
  return {
    show(file, tally) {
      if (now() - shown < interval) return;
      shown = now();
      out.write(start + line(file, tally) + end);
    },
    finish(file, tally) {
      out.write(`${start}${line(file, tally)}\n`);
      began = now();
      shown = began;
    },
  };
}
