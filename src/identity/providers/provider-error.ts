/** Why a sign-in at an identity provider came to nothing. Neither its answer nor any secret is part of it. */
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import { OutboundError } from '../../outbound/outbound-error.js';

export type ProviderFailure =
  /** It is not reached, or says itself that it does not serve. */
  | 'unavailable'
  /** It did not sign the person in: they went back, or may not. */
  | 'declined'
  /** Its answer is not what OpenID Connect promises. */
  | 'untrusted'
  /** The sign-in did not begin in this browser, is over, or was completed before. */
  | 'stale';

export class ProviderError extends Error {
  readonly failure: ProviderFailure;
  /** For the log: a code of this program or its libraries. */
  readonly code: string;

  constructor(failure: ProviderFailure, code: string) {
    super(`${failure} (${code})`);
    this.name = 'ProviderError';
    this.failure = failure;
    this.code = code;
  }
}

/** Errors of an authorization response that are not about the person. https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 */
const AT_FAULT = ['server_error', 'temporarily_unavailable'];
const DECLINED = ['access_denied', 'login_required', 'interaction_required', 'consent_required'];

/** What an error of the client library means. */
export function providerError(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  const outbound = outboundErrorIn(error);
  if (outbound) {
    const isLie = outbound.failure === 'too-large' || outbound.failure === 'refused';
    return new ProviderError(isLie ? 'untrusted' : 'unavailable', outbound.failure);
  }
  if (error instanceof AuthorizationResponseError) return new ProviderError(failureOf(error.error), known(error.error));
  if (error instanceof ResponseBodyError) {
    return new ProviderError(error.status >= 500 ? 'unavailable' : 'untrusted', known(error.error));
  }
  const status = statusIn(error);
  if (status !== undefined && status >= 500) return new ProviderError('unavailable', String(status));
  return new ProviderError('untrusted', error instanceof ClientError ? (error.code ?? 'client') : 'error');
}

function failureOf(error: string): ProviderFailure {
  if (AT_FAULT.includes(error)) return 'unavailable';
  return DECLINED.includes(error) ? 'declined' : 'untrusted';
}

/** Of a provider's own words only those of the specification's form are kept. */
const known = (error: string): string => (/^[a-z_]{1,40}$/.test(error) ? error : 'error');

/** Errors of libraries stand around those of the one way out. */
const DEPTH = 5;

const causesOf = (error: unknown): unknown[] => {
  const causes: unknown[] = [];
  let next = error;
  while (next !== undefined && causes.length < DEPTH) {
    causes.push(next);
    next = next instanceof Error ? next.cause : undefined;
  }
  return causes;
};

const outboundErrorIn = (error: unknown): OutboundError | undefined =>
  causesOf(error).find(cause => cause instanceof OutboundError);

/** The library names the answer whose status it did not expect as the cause. */
const statusIn = (error: unknown): number | undefined =>
  causesOf(error).find(cause => cause instanceof Response)?.status;
