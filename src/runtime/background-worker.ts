/**
 * Background work in rounds, one at a time: the next begins at once while there is more than one round took, and else
 * after a pause. What decides which process does the work is the work's own (a lease in the store).
 */
export interface BackgroundWorker {
  start(): void;
  /** Begins no other round; resolves when the one under way has ended. */
  stop(): Promise<void>;
  /** A round of its own, behind the one under way. Resolves with how much it did; rejects as the work did. */
  next(): Promise<number>;
  /** Rounds until one has done nothing, or has failed, which is reported. */
  idle(): Promise<void>;
}

export interface BackgroundWorkerOptions {
  /** A round that did as much as this probably left something. */
  full: number;
  /** Milliseconds of pause. */
  interval: number;
  /** Told of errors in rounds that nobody waits for. */
  report: (error: unknown) => void;
}

export function createBackgroundWorker(
  work: () => Promise<number>,
  { full, interval, report }: BackgroundWorkerOptions,
): BackgroundWorker {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve(0);
  let stopped = true;

  const next = (): Promise<number> => (running = running.catch(() => 0).then(work));
  const reported = (): Promise<number> => next().catch((error: unknown) => (report(error), 0));
  const loop = async (): Promise<void> => {
    const done = await reported();
    if (!stopped) timer = setTimeout(() => void loop(), done >= full ? 0 : interval).unref();
  };
  return {
    start() {
      stopped = false;
      void loop();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running.catch(() => 0);
    },
    next,
    async idle() {
      while ((await reported()) > 0);
    },
  };
}
