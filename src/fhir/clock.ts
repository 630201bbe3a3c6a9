/** Time, ids and randomness as ports: tests fix them, so that they can assert whole answers. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };

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
