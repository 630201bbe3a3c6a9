/** read and vread. https://hl7.org/fhir/R4/http.html#read, https://hl7.org/fhir/R4/http.html#vread */
import type { FhirResponse } from '../fhir/response.js';
import type { Context, Handler, Result, HandlerParts } from '../service.js';
import type { Version } from '../store/port.js';
import { rawContent } from './binary.js';
import { boundedRead } from '../content/bounded-page.js';
import { wholeText } from '../content/text.js';
import { absent, contentHeaders, existing, gone, notModified, instanceKey, versionHeaders } from './version.js';
import { viewOf } from './view.js';

export type ReadParts = Pick<HandlerParts, 'definitions' | 'blobs'>;

export function createRead(parts: ReadParts): Handler {
  return async context => answer(context, await existing(context, instanceKey(context)), parts);
}

export const createVread =
  (parts: ReadParts): Handler =>
  async context => {
    const key = instanceKey(context);
    const number = /^[1-9]\d{0,14}$/.test(context.route.versionId ?? '') ? Number(context.route.versionId) : undefined;
    const [visible] = await context.store.read([key]);
    const version =
      visible && number !== undefined
        ? await boundedRead(() => context.store.version(key, number), context.request)
        : undefined;
    if (!version) throw absent(key);
    if (version.deleted) throw gone(context, version, `This version of ${key.type}/${key.id} is its deletion.`);
    return answer(context, version, parts);
  };

function answer(context: Context, version: Version, parts: ReadParts): Result | Promise<Result> {
  const view = viewOf(context, parts.definitions);
  const unchanged = notModified(context, version);
  if (unchanged) return { response: unchanged };
  if (version.key.type === 'Binary') return contentAnswer(context, version, view, parts);
  return { response: resourceResponse(context, version, version.json, view) };
}

async function contentAnswer(
  context: Context,
  version: Version,
  view: (json: string) => string,
  { blobs }: ReadParts,
): Promise<Result> {
  const raw = await rawContent(context, version, blobs);
  if (raw) return { response: raw };
  return { response: resourceResponse(context, version, await wholeText(blobs, version), view) };
}

function resourceResponse(
  context: Context,
  version: Version,
  whole: string,
  view: (json: string) => string,
): FhirResponse {
  const text = view(whole);
  const headers = text === whole ? contentHeaders(context, version) : versionHeaders(context, version);
  return { status: 200, headers, at: version.at, reflected: 0, body: { kind: 'json', text } };
}
