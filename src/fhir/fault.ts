/**
 * The closed set of things that can go wrong, as values. Nobody but outcome.ts knows HTTP statuses or builds an
 * OperationOutcome. Issue codes: https://hl7.org/fhir/R4/valueset-issue-type.html
 */
export type FaultKind =
  | 'invalid' // 400: the request cannot be understood (structure, value, unknown parameter)
  | 'too-costly' // 400: understood, but we will not do that much work
  | 'unauthenticated' // 401
  | 'forbidden' // 403: scope or role; the same whether or not the thing exists
  | 'not-found' // 404: absent, hidden, or outside the compartment
  | 'not-supported' // 405: the interaction is not offered here
  | 'not-acceptable' // 406
  | 'conflict' // 409: the state of the resource does not allow it, or a commit lost a race
  | 'gone' // 410: deleted and visible
  | 'precondition' // 412: If-Match is stale, or a condition matches many
  | 'too-large' // 413
  | 'unsupported-media' // 415
  | 'unsatisfiable' // 416: a range outside the content
  | 'unprocessable' // 422: profile, cardinality, binding, invariant, business rule
  | 'throttled' // 429
  | 'exception' // 500
  | 'unavailable' // 503
  | 'timeout'; // 504

export type Severity = 'fatal' | 'error' | 'warning' | 'information';

export interface Issue {
  severity: Severity;
  /** IssueType code. */
  code: string;
  /** For people; never holds health information beyond what the caller sent. */
  diagnostics: string;
  /** FHIRPath of the element at fault. */
  expression?: string;
}

/** What people are told of in words of its own: a function that is off, a file that waits to be scanned or holds a virus. */
export type Because = 'switched-off' | 'held' | 'infected';

export interface FaultDetail {
  /** IssueType code, where it differs from the kind's own (outcome.ts). */
  code?: string;
  expression?: string;
  /** All issues at once; takes the place of message, code and expression. */
  issues?: Issue[];
  /** Extra answer headers, such as Retry-After. */
  headers?: Record<string, string>;
  /** Where its kind does not tell people enough. */
  because?: Because;
  /** Private: for the log only. */
  cause?: unknown;
}

export class Fault extends Error {
  readonly kind: FaultKind;
  readonly detail: FaultDetail;

  constructor(kind: FaultKind, message: string, detail: FaultDetail = {}) {
    super(message, { cause: detail.cause });
    this.name = 'Fault';
    this.kind = kind;
    this.detail = detail;
  }
}

/** Whether a part of the server failed, as opposed to a request that is refused: logged with its cause. */
export const isBreakdown = ({ kind, detail }: Fault): boolean =>
  kind === 'exception' || (kind === 'unavailable' && detail.cause !== undefined);

/** Whether the error says that the state did not allow it, or that somebody else was faster. */
export const isConflict = (error: unknown): error is Fault => error instanceof Fault && error.kind === 'conflict';

/** Whether a write came to pass: false where somebody else was faster. Any other error is thrown on. */
export async function wonRace(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (!isConflict(error)) throw error;
    return false;
  }
}

/** For a `catch` where somebody else's being faster is as good as success: any other error is thrown on. */
export function unlessConflict(error: unknown): void {
  if (!isConflict(error)) throw error;
}
