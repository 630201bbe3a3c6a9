/** The orderly end of a process: the first signal begins it, and a time limit ends it even if something hangs. */

/** Milliseconds after the signal. */
export interface StopTimes {
  /** Until then everything is served while readiness says no, so that callers go elsewhere. */
  grace: number;
  /** Unfinished requests are cut off. */
  cut: number;
  /** The process ends, with status 1. */
  end: number;
}

const usual: StopTimes = { grace: 500, cut: 27_000, end: 30_000 };

/** Ends the process with 0 once `app` is closed; with 1 where that fails or takes too long. */
export function stopOnSignal(
  app: { close(how: { grace: number; limit: number }): Promise<void> },
  times: StopTimes = usual,
): void {
  const { grace, cut, end } = times;
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), end).unref();
    void app.close({ grace, limit: cut }).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  // Later signals change nothing: npm forwards signals that a terminal has already sent to the whole process group.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
}
