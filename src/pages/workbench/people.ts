/** Members of staff by reference, as the reader sees them. */
import type { Resource } from '../../fhir/resource.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import { find, type Desk } from './desk.js';

/** @param references `Practitioner/1`; of others nothing comes */
export async function peopleNamed(
  desk: Desk,
  who: SignedIn,
  references: readonly string[],
): Promise<readonly Resource[]> {
  const ids = references.flatMap(one => /^Practitioner\/(.+)$/.exec(one)?.[1] ?? []);
  if (ids.length === 0) return [];
  const query = [['_id', [...new Set(ids)].join(',')] as const, ['_count', '200'] as const];
  return (await find(desk, who, 'Practitioner', query)).matches;
}
