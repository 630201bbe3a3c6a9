/**
 * Live counts: open pages are told that something changed in the queues of their reader, and nothing else; they ask for it
 * themselves, with the reader's rights. https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { Response } from 'express';
import type { SignedIn } from '../../identity/sessions/session.js';

export interface LiveParts {
  /** The workflow groups whose work items changed since it was called before. */
  readonly changes: () => Promise<ReadonlySet<string> | 'all'>;
  /** Whether somebody is still signed in; asking is no use of the session. */
  readonly isSignedIn: (who: SignedIn) => Promise<boolean>;
  readonly report: (error: unknown) => void;
  /** Streams of the process, and of one person. */
  readonly most?: { readonly inAll: number; readonly each: number };
  /** Milliseconds between two looks at what changed, and between two signs of life. */
  readonly every?: { readonly look: number; readonly beat: number };
}

export interface Live {
  /** Streams to a browser until it leaves, the session ends, or the process stops. False: there are too many already. */
  open(response: Response, who: SignedIn, groups: ReadonlySet<string>): boolean;
  /** Ends all streams; browsers come back by themselves. */
  close(): void;
}

interface Listener {
  readonly response: Response;
  readonly who: SignedIn;
  readonly groups: ReadonlySet<string>;
}

const MOST = { inAll: 5000, each: 20 };
const EVERY = { look: 1000, beat: 15_000 };
const CHANGED = 'event: changed\ndata:\n\n';
const BEAT = ': here\n\n';
/** The browser is not to come back. */
const ENDED = 'event: ended\ndata:\n\n';

export function createLive({ changes, isSignedIn, report, most = MOST, every = EVERY }: LiveParts): Live {
  const listeners = new Set<Listener>();
  let closed = false;
  let timers: readonly NodeJS.Timeout[] = [];
  const leave = (listener: Listener): void => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    timers.forEach(clearInterval);
    timers = [];
  };
  /** One after the other: a thousand sessions are not asked for in one turn. */
  async function send(text: string, to: (listener: Listener) => boolean): Promise<void> {
    for (const listener of [...listeners].filter(to)) {
      const { response, who } = listener;
      if (!(await isSignedIn(who))) response.end(ENDED);
      // What waits in the socket since the sign of life before: its reader takes nothing.
      else if (response.writableNeedDrain) response.destroy();
      else response.write(text);
    }
  }
  const look = async (): Promise<void> => {
    const groups = await changes();
    if (groups === 'all') await send(CHANGED, () => true);
    else if (groups.size > 0) await send(CHANGED, listener => !listener.groups.isDisjointFrom(groups));
  };
  const begin = (): void => {
    timers = [
      setInterval(singly(look, report), every.look),
      setInterval(
        singly(() => send(BEAT, () => true), report),
        every.beat,
      ),
    ];
    for (const timer of timers) timer.unref();
  };
  return {
    open(response, who, groups) {
      const own = [...listeners].filter(one => one.who.account === who.account).length;
      if (closed || own >= most.each || listeners.size >= most.inAll) return false;
      // The browser has left meanwhile.
      if (response.destroyed) return true;
      const listener = { response, who, groups };
      listeners.add(listener);
      if (timers.length === 0) begin();
      response.on('close', () => leave(listener));
      // What changed since the page was made.
      response.write(CHANGED);
      return true;
    },
    close() {
      closed = true;
      for (const { response } of listeners) response.end();
    },
  };
}

/** Never twice at a time. */
function singly(work: () => Promise<void>, report: (error: unknown) => void): () => void {
  let busy = false;
  return () => {
    if (busy) return;
    busy = true;
    void work()
      .catch(report)
      .finally(() => {
        busy = false;
      });
  };
}
