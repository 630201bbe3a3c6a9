/** A store through which no resource is written. What a reader leaves besides (records, the audit) is still committed. */
import { Fault } from '../../fhir/fault.js';
import type { Store } from '../port.js';
import { delegating } from './delegating.js';

/** Its `commit` rejects with Fault `not-supported` where the change set writes resources. */
export function readOnly(store: Store): Store {
  return {
    ...delegating(store),
    async commit(changes) {
      const { puts = [], reindex = [] } = changes;
      if (puts.length + reindex.length > 0)
        throw new Fault('not-supported', 'Nothing is written through this endpoint.');
      await store.commit(changes);
    },
  };
}
