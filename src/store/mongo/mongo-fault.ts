/** The driver's errors as Faults, and which of them mean "try again". */
import {
  MongoBulkWriteError,
  MongoClientClosedError,
  MongoError,
  MongoExpiredSessionError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoWriteConcernError,
} from 'mongodb';
import { Fault } from '../../fhir/fault.js';

const unreachable = [
  MongoNetworkError,
  MongoServerSelectionError,
  MongoNotConnectedError,
  MongoTopologyClosedError,
  MongoClientClosedError,
  MongoExpiredSessionError,
  MongoWriteConcernError,
];

/** The driver keeps the classes of these to itself: all connections were in use for too long. */
const unreachableNames = new Set(['MongoWaitQueueTimeoutError']);

function isUnreachable(error: unknown): boolean {
  if (unreachable.some(kind => error instanceof kind)) return true;
  if (error instanceof MongoError && unreachableNames.has(error.name)) return true;
  // The driver's bulk writes wrap what never came to be the server's answer: it has no code then.
  if (error instanceof MongoBulkWriteError) return error.code === undefined;
  return error instanceof MongoError && error.hasErrorLabel('RetryableWriteError');
}

/** Server codes: a time limit passed (https://www.mongodb.com/docs/manual/reference/error-codes/). */
const timeLimits = new Set([50, 262]);

/** A time limit passed: at the server, or here (AbortSignal.timeout), where the driver may have its own word for it. */
export function isTimeLimit(error: unknown): boolean {
  if (error instanceof MongoServerError) return timeLimits.has(Number(error.code));
  if (error instanceof MongoOperationTimeoutError) return true;
  return error instanceof DOMException && error.name === 'TimeoutError';
}

const duplicateKey = 11000;

export const isDuplicate = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === duplicateKey;

/** Somebody else was quicker, and the whole attempt may be made again. */
export class LostRace extends Error {}

/** Not where there was no server to be found: that has been waited for already. */
export const isTransient = (error: unknown): boolean =>
  error instanceof LostRace ||
  isDuplicate(error) ||
  (error instanceof MongoError &&
    !(error instanceof MongoServerSelectionError) &&
    error.hasErrorLabel('TransientTransactionError'));

export const conflict = (): Fault => new Fault('conflict', 'The data was changed by somebody else in the meantime.');

export const timedOut = (cause?: unknown): Fault => new Fault('timeout', 'The search took too long.', { cause });

export function unavailable(cause: unknown): Fault {
  return new Fault('unavailable', 'The storage cannot be reached.', { cause, headers: { 'retry-after': '5' } });
}

/** A document above 16 MB. The driver finds that out in two places, the server in more, each with words of its own. */
const isTooLarge = (error: unknown): boolean =>
  (error instanceof MongoError && /too large|larger than (the maximum|\d)/.test(error.message)) ||
  (error instanceof RangeError && 'code' in error && error.code === 'ERR_OUT_OF_RANGE');

const tooLarge = (cause: unknown): Fault =>
  new Fault('too-large', 'The database takes 16 MB, together with what a resource is found by; this is larger.', {
    cause,
  });

/** The Fault a rejection stands for. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (isTimeLimit(error)) return timedOut(error);
  if (isTooLarge(error)) return tooLarge(error);
  if (isUnreachable(error)) return unavailable(error);
  return new Fault('exception', 'The storage could not do this.', { cause: error });
}

/** Runs the work; whatever it rejects with becomes a Fault. */
export async function faulting<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw faultOf(error);
  }
}
