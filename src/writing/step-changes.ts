/** A workflow's step as the changes a handler answers with. */
import type { Resource } from '../fhir/resource.js';
import { parseStored } from '../fhir/json.js';
import type { Step } from '../portal/step.js';
import type { Changes, Context } from '../service.js';
import type { Put } from '../store/port.js';

/** The changes of a step, each resource checked and stamped. Rejects with Fault where one is not valid. */
export async function changesOf(
  { writes, criteria, documents, effects }: Step,
  context: Context,
): Promise<Changes & { puts: Put[] }> {
  const puts = await Promise.all(writes.map(async write => context.services.put(write, context)));
  return { puts, criteria, documents, effects };
}

/** A resource of the step as it will be stored. */
export function written(
  { puts }: { puts: readonly Put[] },
  { type, id }: { type: string; id: string | undefined },
): Resource {
  const put = puts.find(({ key }) => key.type === type && key.id === id);
  if (!put) throw new Error(`the step writes no ${type}`);
  return parseStored<Resource>(put.json);
}
