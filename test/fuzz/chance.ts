/** Chances that hold: fast-check's own numbers lean towards small ones. */
import fc from 'fast-check';

/** The one in one case of `cases`, the other in all others. */
export const oneIn = <T, U>(cases: number, rare: fc.Arbitrary<T>, usual: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof<[{ weight: number; arbitrary: fc.Arbitrary<U> }, { weight: number; arbitrary: fc.Arbitrary<T> }]>(
    { weight: cases - 1, arbitrary: usual },
    { weight: 1, arbitrary: rare },
  );
