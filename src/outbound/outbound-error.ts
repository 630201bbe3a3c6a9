/** Why an outbound call came to nothing. Neither address nor content is part of it. */

export type OutboundFailure =
  /** The target is not allowed. Nothing was dialled. */
  | 'refused'
  /** The circuit of the target is open. Nothing was dialled. */
  | 'suspended'
  /** As many calls as the target may have are under way. Nothing was dialled. */
  | 'busy'
  /** No connection was made, so nothing was sent. */
  | 'unreachable'
  /** The time was over; the target may have taken the request. */
  | 'timeout'
  /** The connection ended early or its answer is no HTTP; the target may have taken the request. */
  | 'broken'
  /** The answer is larger than allowed; the target has taken the request. */
  | 'too-large';

/** Failures before anything of the request left this process. */
const UNSENT: readonly OutboundFailure[] = ['refused', 'suspended', 'busy', 'unreachable'];

export class OutboundError extends Error {
  readonly failure: OutboundFailure;
  /** Whether the target can know nothing of the request. */
  readonly unsent: boolean;

  /** @param code of Node or OpenSSL, such as ECONNREFUSED */
  constructor(failure: OutboundFailure, code?: string) {
    super(code === undefined ? failure : `${failure} (${code})`);
    this.name = 'OutboundError';
    this.failure = failure;
    this.unsent = UNSENT.includes(failure);
  }
}

/** The code of an error of Node, where it has one. Its message may name the target, and is left out. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : undefined;
}
