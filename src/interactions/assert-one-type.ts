/** An id without its type must not stand for resources of several types. https://hl7.org/fhir/R4/search.html#reference */
import type { BareId } from '../search/bare-ids.js';
import { ambiguous, tooCostly } from '../search/limits.js';
import type { Context } from '../service.js';

/** Names, each an id with a type it may be of, that one search may have looked up. */
const MOST = 2000;

/** Faults: `invalid` where the caller sees resources of several types with one of these ids; `too-costly`. */
export async function assertOneType(context: Context, bareIds: readonly BareId[]): Promise<void> {
  const { partition, endpoint, store } = context;
  const served = [...endpoint.resources.keys()];
  const distinct = [...new Map(bareIds.map(one => [`${one.id} ${one.types.join()}`, one])).values()];
  const keys = distinct.flatMap(({ id, types }) =>
    served.filter(type => types.length === 0 || types.includes(type)).map(type => ({ partition, type, id })),
  );
  if (keys.length === 0) return;
  if (keys.length > MOST) throw tooCostly('There are too many ids without their types; name them, as in Patient/1.');
  const versions = await store.read(keys);
  const live = new Set(versions.flatMap(one => (one && !one.deleted ? [`${one.key.type}/${one.key.id}`] : [])));
  for (const { name, id, types } of distinct) {
    const of = served.filter(type => (types.length === 0 || types.includes(type)) && live.has(`${type}/${id}`));
    if (of.length > 1) throw ambiguous(name, of);
  }
}
