/** Files of messages as the portal's rules ask about them: in a request, or in a stored Binary. */
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import type { Files } from '../portal/message-file.js';
import type { Blobs } from '../store/port.js';
import { inspect } from './inspect.js';
import { decoded } from './keep.js';
import { placeOf } from './place.js';
import { contentOf } from './text.js';

export const createFiles = (blobs: Blobs): Files => ({
  sent: (contentType, data, most) => inline(contentType, data, most),
  async stored({ json }, most) {
    const resource = parseStored<Resource>(json);
    const contentType = String(resource['contentType']);
    const place = placeOf(resource);
    if (!place) return inline(contentType, String(resource['data'] ?? ''), most);
    return place.size > most ? undefined : inspect(contentType, await contentOf(blobs, place.url));
  },
});

async function inline(contentType: string, data: string, most: number): ReturnType<Files['sent']> {
  const letters = data.length - (data.match(/\s/g)?.length ?? 0);
  const least = (Math.ceil(letters / 4) - 1) * 3;
  if (least > most) return undefined;
  const facts = await inspect(contentType, decoded(data));
  return facts.size > most ? undefined : facts;
}
