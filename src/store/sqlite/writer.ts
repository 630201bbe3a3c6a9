/** The main thread's way to write: jobs for the writer thread, typed by what they give. */
import type { Job, Outcome } from './jobs.js';
import { Thread } from './thread.js';

export class Writer {
  private readonly thread: Thread<Job>;

  /** @param cuts shared with the readers */
  constructor(path: string, cuts: Int32Array) {
    this.thread = new Thread<Job>(new URL('./writer-thread.js', import.meta.url), { path, cuts });
  }

  /** Resolves once the job is durable. Rejects with Fault `conflict` or `unavailable`; nothing has changed then. */
  perform<J extends Job>(job: J): Promise<Outcome<J>> {
    return this.thread.ask(job) as Promise<Outcome<J>>;
  }

  close(): Promise<void> {
    return this.thread.close();
  }
}
