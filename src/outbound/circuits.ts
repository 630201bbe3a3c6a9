/**
 * A circuit for each target: where most calls of a while failed, none is made for a while, then one as a trial; and so many at
 * once and no more, so that a slow target holds up nobody else. https://nodeshift.dev/opossum
 */
import CircuitBreaker from 'opossum';
import { OutboundError } from './outbound-error.js';

export interface CircuitLimits {
  /** Calls to one target at once. */
  readonly concurrent: number;
  /** Milliseconds without calls once a circuit is open. */
  readonly suspension: number;
}

export interface Circuits {
  /** Rejects with OutboundError. */
  run(target: string, call: () => Promise<Response>): Promise<Response>;
  close(): void;
}

type Breaker = CircuitBreaker<[() => Promise<Response>], Response>;

/** Percent of failures, of so many calls at least, within so many milliseconds. */
const FAILING = { errorThresholdPercentage: 50, volumeThreshold: 5, rollingCountTimeout: 60_000 };

/** @param suspended told of a target whose circuit opens */
export function createCircuits(limits: CircuitLimits, suspended: (target: string) => void): Circuits {
  const breakers = new Map<string, Breaker>();
  const breakerOf = (target: string): Breaker => {
    const known = breakers.get(target);
    if (known) return known;
    const breaker: Breaker = new CircuitBreaker(failing, {
      ...FAILING,
      // The exchange has its own time limits.
      timeout: false,
      capacity: limits.concurrent,
      resetTimeout: limits.suspension,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      errorFilter: isOurs,
    });
    breaker.on('open', () => suspended(target));
    breakers.set(target, breaker);
    return breaker;
  };
  return {
    run: (target, call) => breakerOf(target).fire(call).catch(outcomeOf),
    close: () => breakers.forEach(breaker => breaker.shutdown()),
  };
}

/** An answer that says that the target does not serve counts as a failure, and is the answer all the same. */
class ServerError extends Error {
  readonly response: Response;

  constructor(response: Response) {
    super('server error');
    this.response = response;
  }
}

async function failing(call: () => Promise<Response>): Promise<Response> {
  const response = await call();
  if (response.status >= 500) throw new ServerError(response);
  return response;
}

/** What is refused here says nothing about the target. */
const isOurs = (error: unknown): boolean => error instanceof OutboundError && error.failure === 'refused';

function outcomeOf(error: unknown): Response {
  if (error instanceof ServerError) return error.response;
  if (CircuitBreaker.isOurError(error as Error)) {
    throw new OutboundError((error as { code?: string }).code === 'ESEMLOCKED' ? 'busy' : 'suspended');
  }
  throw error;
}
