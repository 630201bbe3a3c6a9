/** The orderly end of a process: the first signal begins it, and it is over within its limit whatever hangs. */
/** Milliseconds from the signal on. */
export interface StopTimes {
  /** Readiness says no, and callers go elsewhere. */
  grace: number;
  /** Requests that are still under way are cut off. */
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
  // Later signals say the same again: npm passes on what a terminal has sent to the whole group already.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
}
