/**
 * Snapshot transactions, retried as the driver's labels say and no longer than PATIENCE.
 * https://www.mongodb.com/docs/manual/core/transactions-in-applications/
 */
import { setTimeout as pause } from 'node:timers/promises';
import { MongoError, WriteConcern, type ClientSession, type MongoClient, type TransactionOptions } from 'mongodb';
import { isTransient, unavailable } from './mongo-fault.js';

/** How long a write goes on trying, in milliseconds. */
const PATIENCE = 25_000;
const LONGEST_PAUSE = 100;

const options: TransactionOptions = {
  readConcern: { level: 'snapshot' },
  writeConcern: new WriteConcern('majority'),
  readPreference: 'primary',
};

/**
 * Makes the attempt again, after a pause of random length, for as long as it loses races; Fault `unavailable` at last.
 * `still` runs before each further attempt and rejects where that would be in vain.
 */
export async function retrying<T>(
  attempt: () => Promise<T>,
  again: (error: unknown) => boolean = isTransient,
  still: () => Promise<void> = () => Promise.resolve(),
): Promise<T> {
  const start = performance.now();
  for (let longest = 2; ; longest = Math.min(2 * longest, LONGEST_PAUSE)) {
    try {
      return await attempt();
    } catch (error) {
      if (!again(error)) throw error;
      if (performance.now() - start > PATIENCE) throw unavailable(error);
    }
    await pause(longest * Math.random());
    await still();
  }
}

const unknownResult = (error: unknown): boolean =>
  error instanceof MongoError && error.hasErrorLabel('UnknownTransactionCommitResult');

/** Runs the work in a transaction. It runs again from the start on a conflict: nothing but the session may be touched. */
export async function inTransaction<T>(
  client: MongoClient,
  work: (session: ClientSession) => Promise<T>,
  still: () => Promise<void>,
): Promise<T> {
  const attempt = (): Promise<T> =>
    client.withSession(async session => {
      session.startTransaction(options);
      try {
        const result = await work(session);
        await retrying(() => session.commitTransaction(), unknownResult);
        return result;
      } finally {
        // A failed abort leaves the transaction to the server's own time limit; the first error is the one to tell.
        if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
      }
    });
  return retrying(attempt, isTransient, still);
}
