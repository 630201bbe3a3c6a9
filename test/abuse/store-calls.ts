/** The calls of a storage, by which work is compared: times vary, calls do not. */
import type { Storage } from '../../src/store/port.js';

/** What runs beside requests: deliveries, housekeeping. */
const BESIDE = new Set<PropertyKey>(['lease', 'due', 'expire']);

/** Every call of the storage on behalf of a request, by name. */
export function watched({ store, records, blobs }: Storage, calls: string[]): Storage {
  const watch = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          if (!BESIDE.has(name)) calls.push(String(name));
          return Reflect.apply(member, target, args);
        };
      },
    });
  return { store: watch(store), records: watch(records), blobs };
}
