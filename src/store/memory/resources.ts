/** All versions of all resources as an immutable value: a change set makes the next one, or throws and leaves nothing. */
import { Fault } from '../../fhir/fault.js';
import type { ChangeSet, Key, Put } from '../port.js';

/** Of each resource its versions, oldest first. */
export type Resources = ReadonlyMap<string, readonly Put[]>;

export const slotOf = ({ partition, type, id }: Key): string => `${partition}/${type}/${id}`;

export function conflict(): Fault {
  return new Fault('conflict', 'The resource was changed by somebody else in the meantime.');
}

/** The resources after these puts and re-indexings; Fault `conflict` where a put's predecessor is not current. */
export function changedResources(resources: Resources, { puts = [], reindex = [] }: ChangeSet): Resources {
  const next = new Map(resources);
  for (const put of puts) {
    const versions = next.get(slotOf(put.key)) ?? [];
    if (versions.length !== put.version - 1) throw conflict();
    next.set(slotOf(put.key), [...versions, structuredClone(put)]);
  }
  for (const { key, version, index } of reindex) {
    const versions = next.get(slotOf(key)) ?? [];
    const current = versions.at(-1);
    if (current?.version === version) {
      next.set(slotOf(key), [...versions.slice(0, -1), structuredClone({ ...current, index })]);
    }
  }
  return next;
}
