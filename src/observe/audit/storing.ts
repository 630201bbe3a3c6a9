/** What it takes to move the audit into the store. */
import type { ChangeSet, Records } from '../../store/port.js';

export interface Storing {
  /** Where the logs of all processes on this machine are kept. */
  readonly folder: string;
  readonly records: Pick<Records, 'get' | 'find' | 'due'>;
  commit(changes: ChangeSet): Promise<void>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that entries are kept; absent: for good. */
  readonly retention: number | undefined;
  /** Logs the name of a file or segment that cannot be read. */
  report(error: unknown, name: string): void;
}
