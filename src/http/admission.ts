/** Room in memory for what is large: bodies on their way in, answers on their way out. Each caller has a share of it. */
import type { ServerResponse } from 'node:http';
import { Fault } from '../fhir/fault.js';
import { createMemoryBudget, type MemoryBudget, type Reservation } from '../runtime/memory-budget.js';

/** Bytes of large bodies held at once, in the largest possible, and of those for one caller. */
const BODIES = 6;
const OWN_BODIES = 2;

/** Bytes that a large answer may take with all that is made on the way to it; how many at once, and for one caller. */
const ANSWER = 48 * 1024 * 1024;
const ANSWERS = 8;
const OWN_ANSWERS = 3;

/** Milliseconds that a request waits. */
const PATIENCE = 10_000;

/** The room of one request. Rejects with Fault `unavailable` where it is not free in time. */
export interface RequestRoom {
  /** Takes room for so much more of a body, until the answer is out; false where nobody known sends it. */
  readonly body: (bytes: number) => Promise<boolean>;
  /** Takes room for a large answer, until it is out: once, however often it is called. */
  readonly answer: () => Promise<void>;
}

/** Whose request it is; undefined without a valid token. */
type CallerOf = () => Promise<string | undefined>;

/** @param maxBody bytes of the largest body */
export function createAdmission(maxBody: number): (callerOf: CallerOf, response: ServerResponse) => RequestRoom {
  const bodies = createMemoryBudget(BODIES * maxBody, OWN_BODIES * maxBody, PATIENCE);
  const answers = createMemoryBudget(ANSWERS * ANSWER, OWN_ANSWERS * ANSWER, PATIENCE);
  return (callerOf, response) => {
    let body: Reservation | undefined;
    let answer: Promise<void> | undefined;
    const holdAnswer = async (): Promise<void> => grow(reserve(answers, (await callerOf()) ?? '', response), ANSWER);
    return {
      async body(bytes) {
        if (!body) {
          const caller = await callerOf();
          if (caller === undefined) return false;
          body = reserve(bodies, caller, response);
        }
        await grow(body, bytes);
        return true;
      },
      answer() {
        answer ??= holdAnswer();
        return answer;
      },
    };
  };
}

/** Until the answer is out. */
function reserve(budget: MemoryBudget, caller: string, response: ServerResponse): Reservation {
  const reservation = budget.reserve(caller);
  if (response.closed) reservation.release();
  else response.once('close', () => reservation.release());
  return reservation;
}

async function grow(reservation: Reservation, bytes: number): Promise<void> {
  if (!(await reservation.grow(bytes))) throw full();
}

const full = (): Fault =>
  new Fault('unavailable', 'Too many large requests are under way.', { headers: { 'retry-after': '5' } });
