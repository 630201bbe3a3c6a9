/** The names of groups, facilities and providers that messages are counted by. */
import { displayName } from '../../fhir/human-name.js';
import { parseStored } from '../../fhir/json.js';
import type { Resource } from '../../fhir/resource.js';
import type { Context } from '../../service.js';
import type { Store } from '../../store/port.js';

/** By `Organization/1`; of what has no name, or is here no more, none. */
export async function namesOf(
  references: readonly string[],
  store: Store,
  { partition }: Pick<Context, 'partition'>,
): Promise<ReadonlyMap<string, string>> {
  const keys = references.map(reference => {
    const [type = '', id = ''] = reference.split('/');
    return { partition, type, id };
  });
  const found = await store.read(keys);
  const names = new Map<string, string>();
  found.forEach((version, at) => {
    const name = version && !version.deleted ? nameOf(parseStored<Resource>(version.json)) : '';
    if (name !== '') names.set(references[at] ?? '', name);
  });
  return names;
}

const nameOf = ({ name }: Resource): string =>
  typeof name === 'string' ? name : Array.isArray(name) ? displayName(name as never) : '';
