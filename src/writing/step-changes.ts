/** What a workflow's step comes to, as it is answered. */
import type { Resource } from '../fhir/resource.js';
import { parseStored } from '../fhir/json.js';
import type { Put } from '../store/port.js';

/** A resource of the step as it will be stored. Throws Error where the step does not write it. */
export function written(
  { puts }: { puts: readonly Put[] },
  { type, id }: { type: string; id: string | undefined },
): Resource {
  const put = puts.find(({ key }) => key.type === type && key.id === id);
  if (!put) throw new Error(`the step writes no ${type}`);
  return parseStored<Resource>(put.json);
}
