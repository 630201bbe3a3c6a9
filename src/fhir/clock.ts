/** Time, ids and randomness as ports: tests fix them, so that they can assert whole answers. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Milliseconds: a clock that is set back by more than this was wrong before, and is followed at once. */
const FOLLOWED = 3600_000;

/**
 * A clock that never goes back a little: what has expired stays expired where somebody sets the machine's clock back. It goes
 * at half the speed until the machine's has caught up.
 * @param wall the machine's clock, milliseconds since the epoch
 * @param monotonic milliseconds since any moment, never set
 */
export function steadyClock(wall: () => number, monotonic: () => number): Clock {
  let told = wall();
  let at = monotonic();
  return {
    now() {
      const [time, elapsed] = [wall(), monotonic() - at];
      at += elapsed;
      const slow = told + elapsed / 2;
      told = time < slow && slow - time <= FOLLOWED ? slow : time;
      return Math.floor(told);
    },
  };
}

/** The machine's clock. */
export const systemClock: Clock = steadyClock(Date.now, () => performance.now());

export interface Ids {
  /** A new resource id: 1 to 64 characters of [A-Za-z0-9-.] (https://hl7.org/fhir/R4/datatypes.html#id). */
  next(): string;
}

export interface Random {
  /** Cryptographically strong bytes. */
  bytes(count: number): Uint8Array;
}

/** Everything a module needs of the world outside its input. */
export interface World {
  clock: Clock;
  ids: Ids;
  random: Random;
}
