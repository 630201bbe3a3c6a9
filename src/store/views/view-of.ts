/** The store as an endpoint shows it. */
import type { Store } from '../port.js';
import { readOnly } from './read-only.js';
import { union } from './union.js';

export interface StoreView {
  /** By which name it is read. */
  partition: string;
  view: { partitions: readonly string[]; readOnly: boolean };
}

export function viewOf(store: Store, { partition, view }: StoreView): Store {
  if (view.partitions.length > 1) return union(store, partition, view.partitions);
  return view.readOnly ? readOnly(store) : store;
}
