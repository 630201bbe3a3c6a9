/** The name under which a browser saves a file: the title that its message gives it. https://www.rfc-editor.org/rfc/rfc6266 */
import type { Communication } from 'fhir/r4.js';
import { parseStored } from '../fhir/json.js';
import { localReference } from '../fhir/reference.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import { fileName } from '../fhir/file-name.js';
import type { Context } from '../service.js';

/** Undefined for what is no file of a message that the caller sees, and for one without a title. */
export async function downloadName(context: Context, binary: Resource): Promise<string | undefined> {
  const reference = (binary['securityContext'] as JsonObject | undefined)?.['reference'];
  const message = typeof reference === 'string' ? localReference(reference, [context.endpoint.url]) : undefined;
  if (message?.type !== 'Communication') return undefined;
  const { partition } = context;
  const [version] = await context.store.read([{ partition, type: 'Communication', id: message.id }]);
  if (!version || version.deleted) return undefined;
  const { payload = [] } = parseStored<Communication & Resource>(version.json);
  const file = payload.find(({ contentAttachment }) => contentAttachment?.url === `Binary/${binary.id}`);
  return fileName(file?.contentAttachment?.title ?? '') || undefined;
}
