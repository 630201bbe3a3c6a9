/**
 * Background work in rounds, one at a time. After a full round the next one begins at once, otherwise after a pause. A
 * lease in the store decides which process does the work; that is part of the work itself.
 */
export interface BackgroundWorker {
  start(): void;
  /** Begins no further round; resolves when the current one has ended. */
  stop(): Promise<void>;
  /** Runs one more round after the current one. Resolves with how much it did; rejects if the work rejects. */
  next(): Promise<number>;
  /** Runs rounds until one does nothing or fails; a failure is reported. */
  idle(): Promise<void>;
}

export interface BackgroundWorkerOptions {
  /** A round that did this much has probably left something to do. */
  full: number;
  /** Milliseconds of pause between rounds. */
  interval: number;
  /** Called with the errors of rounds that no caller waits for. */
  report: (error: unknown) => void;
}

export function createBackgroundWorker(
  work: () => Promise<number>,
  { full, interval, report }: BackgroundWorkerOptions,
): BackgroundWorker {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve(0);
  let stopped = true;

  const next = (): Promise<number> => {
    running = running.catch(() => 0).then(work);
    return running;
  };
  const reported = (): Promise<number> =>
    next().catch((error: unknown) => {
      report(error);
      return 0;
    });
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
