/**
 * An error for the log: what kind, where, and why, without its message. Messages quote input (JSON.parse repeats the
 * body, a driver the duplicate key), so the place in the code has to say which error it was.
 */
import { Fault } from '../fhir/fault.js';

export interface ErrorFields {
  name: string;
  /** A Fault's kind, or the code of a system or driver error: `ECONNREFUSED`, `ERR_SQLITE_ERROR`, 112. */
  code?: string | number;
  syscall?: string;
  /** Innermost call first. */
  at?: string[];
  cause?: ErrorFields;
}

const maxFrames = 8;
const maxCauses = 4;

export function describeError(error: unknown, depth = 0): ErrorFields {
  if (!(error instanceof Error)) return { name: typeof error };
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  const kind = error instanceof Fault ? error.kind : code;
  const at = framesOf(error);
  return {
    name: error.constructor.name,
    ...(isCode(kind) ? { code: kind } : {}),
    ...(isCode(syscall) ? { syscall: String(syscall) } : {}),
    ...(at.length > 0 ? { at } : {}),
    ...(error.cause === undefined || depth >= maxCauses ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
}

/** Codes are short words or numbers; anything else set by a library under that name might be text of a caller's. */
function isCode(value: unknown): value is string | number {
  return typeof value === 'number' || (typeof value === 'string' && /^[A-Za-z][\w-]{0,40}$/.test(value));
}

/** The stack's frames. A message may hold lines that look like frames, so what the stack repeats of it is cut off first. */
function framesOf(error: Error): string[] {
  const stack = error.stack ?? '';
  const start = stack.indexOf(error.message);
  if (start < 0) return [];
  return stack
    .slice(start + error.message.length)
    .split('\n')
    .flatMap(line => /^ {4}at (.+:\d+:\d+\)?)$/.exec(line)?.[1] ?? [])
    .slice(0, maxFrames)
    .map(frame => frame.replace(/file:\/\/\S*?\/(?=(dist|node_modules)\/)/, ''));
}
