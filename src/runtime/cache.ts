/** A bounded cache that keeps the values used last. */

/**
 * Values live in two generations. A use moves a value of the older generation into the newer one; once that holds half
 * the size, it becomes the older one, and what nobody used meanwhile is dropped. A hit in the newer generation is one
 * look-up and writes nothing.
 */
export class Cache<T> {
  private readonly half: number;
  private newer = new Map<string, T>();
  private older = new Map<string, T>();

  /** @param size most values kept; at least the half of it used last are */
  constructor(size: number) {
    this.half = Math.ceil(size / 2);
  }

  get(key: string): T | undefined {
    const value = this.newer.get(key);
    if (value !== undefined) return value;
    const old = this.older.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  /** `undefined` is not kept: keys in a caller's own words would be without end. */
  set(key: string, value: T): void {
    if (value === undefined) return;
    if (this.newer.size >= this.half && !this.newer.has(key)) {
      this.older = this.newer;
      this.newer = new Map();
    }
    this.newer.set(key, value);
  }

  delete(key: string): void {
    this.newer.delete(key);
    this.older.delete(key);
  }

  /** The value of this key, made now where none is kept. */
  getOrMake(key: string, make: () => T): T {
    const kept = this.get(key);
    if (kept !== undefined) return kept;
    const made = make();
    this.set(key, made);
    return made;
  }
}
