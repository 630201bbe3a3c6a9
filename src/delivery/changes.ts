/** Changes that wait in the outbox: what each leads to takes its place in one commit, so that it happens once. */
import { unlessConflict } from '../fhir/fault.js';
import type { Changed } from '../portal/effect.js';
import type { Document, DocumentChange, Store } from '../store/port.js';
import { removal } from './delivery-record.js';

/** The records that a change leads to: notices, pushes. It may be asked again for a change whose commit failed. */
export type ChangeListener = (change: Changed) => Promise<DocumentChange[]>;

export async function takeUp(
  document: Document,
  { changed, store }: { readonly changed?: ChangeListener; readonly store: Pick<Store, 'commit'> },
): Promise<void> {
  const documents = (await changed?.(document.value as unknown as Changed)) ?? [];
  await store.commit({ documents: [removal(document), ...documents] }).catch(unlessConflict);
}
