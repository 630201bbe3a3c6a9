/** Calls to an external issuer: each issuer has its own connections, limits and circuit, so that it holds up its own callers alone. */
import type { TokenIssuerConfig } from '../../config/token-issuers.js';
import { Fault } from '../../fhir/fault.js';
import { isObject, type JsonObject } from '../../fhir/resource.js';
import type { OutboundInit } from '../../outbound/exchange.js';
import { OutboundError } from '../../outbound/outbound-error.js';
import type { Outbound } from '../../outbound/outbound.js';

/** Milliseconds, bytes and calls. */
export const ISSUER_LIMITS = {
  ...{ connect: 2000, headers: 3000, body: 2000, whole: 4000 },
  ...{ maxBody: 65_536, concurrent: 20, suspension: 10_000 },
};

export interface IssuerCall {
  readonly status: number;
  /** Of an answer of 200. */
  readonly body: JsonObject;
}

export interface CallParts {
  readonly fetch: Outbound['fetch'];
  readonly issuer: TokenIssuerConfig['issuer'];
  /** Told why an issuer could not be asked, for the log. Holds nothing of the token. */
  readonly report: (issuer: string, problem: string) => void;
}

/**
 * A call whose answer is JSON where it is good, and 401 or 403 where the token is not.
 * Fault `unavailable` where the issuer is not reached, or answers anything else.
 */
export async function callIssuer(what: string, url: string, init: OutboundInit, parts: CallParts): Promise<IssuerCall> {
  const headers = { accept: 'application/json', ...init.headers };
  const answer = await parts.fetch(url, { ...init, headers }).catch((error: unknown) => {
    if (!(error instanceof OutboundError)) throw error;
    throw cannotAsk(`${what}: ${error.message}`, parts);
  });
  if (answer.status === 401 || answer.status === 403) return { status: answer.status, body: {} };
  const body = answer.status === 200 ? jsonIn(await answer.text()) : undefined;
  if (!body) throw cannotAsk(`${what}: answer ${answer.status}`, parts);
  return { status: 200, body };
}

/** The issuer is at fault, or cannot be reached. */
export function cannotAsk(problem: string, { issuer, report }: CallParts): Fault {
  report(issuer, problem);
  return new Fault('unavailable', 'The issuer of this token cannot be asked at the moment.', {
    headers: { 'retry-after': '5' },
  });
}

function jsonIn(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonObject;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
