/** Workflows outside any FHIR request (a page, a due task): their steps are committed by the server's own authority, and audited. */
import type { Endpoint } from '../definitions/endpoint.js';
import { isConflict } from '../fhir/fault.js';
import type { Effect } from '../portal/effect.js';
import type { Step } from '../portal/step.js';
import type { HandlerParts } from '../service.js';
import { mergeChangeSets } from '../store/change-set.js';
import type { DocumentChange, Store } from '../store/port.js';

export interface ServerStepParts extends Pick<HandlerParts, 'writing' | 'served' | 'auditOwn'> {
  /** The bare store. */
  readonly store: Store;
  /** An effect as outbox entries. */
  readonly outbox: (effect: Effect) => DocumentChange[];
  /** That the workflow works on. */
  readonly endpoint: Endpoint;
}

/** A step, and what the caller learns once it is committed. */
export interface Outcome<T> {
  readonly step: Step;
  readonly value: T;
}

/** A commit that loses race after race is given up. */
const ATTEMPTS = 8;

/** Commits the step that `run` comes to; it runs again where the commit lost a race. An empty step commits nothing. */
export async function runAsServer<T>(
  reason: string,
  run: () => Promise<Outcome<T>>,
  parts: ServerStepParts,
): Promise<T> {
  await parts.served(parts.endpoint);
  for (let attempt = 1; ; attempt++) {
    const { step, value } = await run();
    try {
      await commit(reason, step, parts);
      return value;
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function commit(reason: string, step: Step, parts: ServerStepParts): Promise<void> {
  const { writing, auditOwn, store, outbox, endpoint } = parts;
  if (step.writes.length + step.documents.length + step.effects.length === 0) return;
  const target = { endpoint, partition: endpoint.partition, store, request: { deadline: Infinity } };
  const { effects = [], ...changes } = await writing.changesOf(step, target);
  const documents = [...effects.flatMap(outbox), auditOwn(reason, changes, endpoint)];
  await store.commit(mergeChangeSets(changes, { documents }));
}
