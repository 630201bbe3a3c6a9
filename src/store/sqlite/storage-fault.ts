/** What SQLite and the reading threads throw, as Faults. https://www.sqlite.org/rescode.html */
import { defined } from '../../fhir/defined.js';
import { Fault, type FaultKind } from '../../fhir/fault.js';

/** Primary result codes of a file that cannot be read or written now: busy, locked, read-only, I/O, full, cannot open. */
const UNREACHABLE = new Set([5, 6, 8, 10, 13, 14]);
const RETRY_AFTER_SECONDS = '5';

type What = 'rows' | 'time' | 'snapshot';

/** Thrown by the `tick` function once a statement has used up its rows or its time, or must begin anew on what is there now. */
export class Exhausted extends Error {
  readonly what: What;

  constructor(what: What) {
    super(`out of ${what}`);
    this.what = what;
  }
}

/** Whether the file could not be read or written, as opposed to a mistake of ours or a job that lost a race. */
export function isUnreachable(error: unknown): boolean {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    UNREACHABLE.has(error.errcode & 0xff)
  );
}

export function unavailable(cause?: unknown): Fault {
  return new Fault('unavailable', 'The storage cannot be reached or written at the moment.', {
    headers: { 'retry-after': RETRY_AFTER_SECONDS },
    cause,
  });
}

export const tooLate = (): Fault => new Fault('timeout', 'The search could not be answered in time.');

/** Any error as the Fault that callers of the ports see. */
export function storageFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof Exhausted) return tooLate();
  if (isUnreachable(error)) return unavailable(error);
  return new Fault('exception', 'The storage failed.', { cause: error });
}

/** Runs what reads the file; throws Faults only. */
export function orFault<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storageFault(error);
  }
}

/** A Fault on its way between threads: errors lose their class in the copy. */
export interface FaultMessage {
  kind: FaultKind;
  message: string;
  headers?: Record<string, string>;
  cause?: CauseMessage;
}

interface CauseMessage {
  code?: string | number;
  message: string;
  stack?: string;
}

export function faultMessage(error: unknown): FaultMessage {
  const { kind, message, detail } = storageFault(error);
  return {
    kind,
    message,
    ...(detail.headers && { headers: detail.headers }),
    ...(detail.cause instanceof Error && { cause: causeMessage(detail.cause) }),
  };
}

function causeMessage(error: Error): CauseMessage {
  const { errcode, code } = error as { errcode?: number; code?: string };
  return { message: error.message, ...defined({ code: errcode ?? code, stack: error.stack }) };
}

const causeOf = ({ message, ...rest }: CauseMessage): Error => Object.assign(new Error(message), rest);

export function faultOf({ kind, message, headers, cause }: FaultMessage): Fault {
  return new Fault(kind, message, { ...(headers && { headers }), cause: cause && causeOf(cause) });
}
