/** Remembers the values asked for last. */

/**
 * Gives the value kept under a key, or else makes it and keeps it, while at most `size` are kept; `undefined` never is,
 * since callers' own words could make such keys without end.
 */
export function createCache<T>(size: number): (key: string, make: () => T) => T {
  const kept = new Map<string, T>();
  return (key, make) => {
    const value = kept.get(key) ?? make();
    if (value === undefined) return value;
    kept.delete(key);
    kept.set(key, value);
    if (kept.size > size) kept.delete(kept.keys().next().value!);
    return value;
  };
}
