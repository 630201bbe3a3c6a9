/** Files of messages as the portal's rules ask about them: in a request, or in a stored Binary. */
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import type { FileFacts, Files, SentFacts } from '../portal/message-file.js';
import { absenceOf } from './absence.js';
import { decoded, decodedLater, digestOf } from './base64.js';
import { inspect, isAsNamed, START } from './inspect.js';
import { holdContent, type KeepParts } from './keep.js';
import { placeOf } from './place.js';
import { contentOf } from './text.js';

export const createFiles = (parts: KeepParts): Files => ({
  async sent(contentType, data, most) {
    const facts = await inline(contentType, data, most);
    return facts && { ...facts, ...(await scanned(data, facts, parts)) };
  },
  async uploaded(binary) {
    const contentType = String(binary['contentType']);
    const place = placeOf(binary);
    if (place) {
      const start = await Array.fromAsync(await contentOf(parts.blobs, place.url, 0, Math.min(START, place.size)));
      return { size: place.size, isAsNamed: await isAsNamed(contentType, Buffer.concat(start)) };
    }
    const data = String(binary['data'] ?? '');
    const { size } = digestOf(data);
    const [first = Buffer.alloc(0)] = decoded(data);
    return { size, isAsNamed: await isAsNamed(contentType, first.subarray(0, START)) };
  },
  async stored({ json }, most) {
    const resource = parseStored<Resource>(json);
    const contentType = String(resource['contentType']);
    const place = placeOf(resource);
    if (!place) {
      const facts = await inline(contentType, String(resource['data'] ?? ''), most);
      return facts && { ...facts, ...(absenceOf(resource) === 'not-permitted' && { scan: 'infected' }) };
    }
    if (place.size > most) return undefined;
    const facts = await inspect(contentType, await contentOf(parts.blobs, place.url));
    return { ...facts, ...(place.held && { scan: 'held' }) };
  },
});

/** What is of another type than it is said to be is refused anyway. */
async function scanned(
  data: string,
  { isAsNamed }: FileFacts,
  parts: KeepParts,
): Promise<Pick<SentFacts, 'content' | 'scan' | 'virus'>> {
  if (!parts.scan || !isAsNamed) return { content: { data } };
  const digest = digestOf(data);
  const verdict = await parts.scan({ ...digest, bytes: () => decodedLater(data) });
  if (verdict.is === 'clean') return { content: { data } };
  if (verdict.is === 'infected') return { content: {}, scan: 'infected', virus: verdict.virus };
  return { content: await holdContent(parts, data, digest), scan: 'held' };
}

async function inline(contentType: string, data: string, most: number): Promise<FileFacts | undefined> {
  const letters = data.length - (data.match(/\s/g)?.length ?? 0);
  const least = (Math.ceil(letters / 4) - 1) * 3;
  if (least > most) return undefined;
  const facts = await inspect(contentType, decoded(data));
  return facts.size > most ? undefined : facts;
}
