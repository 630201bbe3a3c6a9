/** The content of a Binary as itself, for clients that do not ask for FHIR. https://hl7.org/fhir/R4/binary.html#rest */
import { parseStored } from '../fhir/json.js';
import type { JsonObject } from '../fhir/resource.js';
import type { ResponseBody } from '../fhir/response.js';
import type { Context } from '../service.js';
import type { Version } from '../store/port.js';
import { blobId, contentOf } from '../writing/content.js';

/** The content itself, where the client does not ask for FHIR: https://hl7.org/fhir/R4/binary.html#rest */
export async function rawContent(
  context: Context,
  version: Version,
): Promise<{ headers: Record<string, string>; body: ResponseBody } | undefined> {
  const resource = parseStored<JsonObject>(version.json);
  const contentType = String(resource['contentType']);
  if (wantsFhir(context, contentType)) return undefined;
  const id = blobId(version.json);
  const bytes =
    id === undefined
      ? Buffer.from(String(resource['data'] ?? ''), 'base64')
      : await contentOf(context.services.blobs, id);
  const security = (resource['securityContext'] as JsonObject | undefined)?.['reference'];
  return {
    headers: {
      'content-disposition': 'attachment',
      ...(typeof security === 'string' ? { 'x-security-context': security } : {}),
    },
    body: { kind: 'bytes', bytes, contentType },
  };
}

/** Whoever names a FHIR type means the resource; plain JSON and XML mean it too, unless the content is of that very type. */
function wantsFhir({ request }: Context, contentType: string): boolean {
  if (request.query.some(([name]) => name === '_format')) return true;
  const ranges = (request.headers['accept'] ?? '').toLowerCase().split(',', 50).map(mediaType);
  return ranges.some(range => /^application\/fhir\+(json|xml)$/.test(range) || isPlain(range, mediaType(contentType)));
}

const isPlain = (range: string, own: string): boolean =>
  /^(application|text)\/(json|xml)$/.test(range) && range !== own;

const mediaType = (text: string): string => (text.split(';', 1)[0] ?? '').trim().toLowerCase();
