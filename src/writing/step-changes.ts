/** A workflow's step as the changes a handler answers with. */
import type { Resource } from '../fhir/resource.js';
import { parseStored } from '../fhir/json.js';
import type { Step } from '../portal/step.js';
import type { Changes, Context } from '../service.js';
import type { Put } from '../store/port.js';

/** The changes of a step, by the server's own authority. Rejects with Fault where a resource is not valid. */
export const changesOf = (step: Step, context: Context): Promise<Changes & { puts: readonly Put[] }> =>
  context.services.writing.changesOf(step, context);

/** A resource of the step as it will be stored. */
export function written(
  { puts }: { puts: readonly Put[] },
  { type, id }: { type: string; id: string | undefined },
): Resource {
  const put = puts.find(({ key }) => key.type === type && key.id === id);
  if (!put) throw new Error(`the step writes no ${type}`);
  return parseStored<Resource>(put.json);
}
