/** A step that the server takes by its own authority, outside any request: worked out again where its commit loses a race. */
import type { Endpoint } from '../definitions/endpoint.js';
import { isConflict } from '../fhir/fault.js';
import type { Step } from '../portal/step.js';
import type { EndpointStore, HandlerParts } from '../service.js';
import { mergeChangeSets } from '../store/change-set.js';
import type { Store } from '../store/port.js';

export interface OwnStepParts extends Pick<HandlerParts, 'writing' | 'served' | 'auditOwn'> {
  /** The bare store. */
  readonly store: Store;
}

const ATTEMPTS = 8;

/**
 * Commits what `stepOf` reads and works out; nothing where that writes nothing. Effects have no place here.
 * Fault `conflict` where others are faster again and again.
 * @param reason audited
 */
export async function commitOwn(
  stepOf: () => Promise<Omit<Step, 'effects'>>,
  reason: string,
  { writing, served, auditOwn, store }: OwnStepParts,
  endpoint: Endpoint,
): Promise<void> {
  await served(endpoint);
  const target: EndpointStore = { endpoint, partition: endpoint.partition, store, request: { deadline: Infinity } };
  for (let attempt = 1; ; attempt++) {
    const step = await stepOf();
    if (step.writes.length === 0 && step.documents.length === 0) return;
    const { effects: _none, ...changes } = await writing.changesOf({ ...step, effects: [] }, target);
    try {
      return await store.commit(mergeChangeSets(changes, { documents: [auditOwn(reason, changes, endpoint)] }));
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
    }
  }
}
