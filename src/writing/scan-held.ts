/**
 * Held content, scanned once the scanner answers: then its Binary opens, or says that it held a virus, and its message is told.
 * A lease decides which process does it; whatever ends half-way is done again.
 */
import type { Binary, Communication } from 'fhir/r4.js';
import { absent } from '../content/absence.js';
import { discarding, HELD, released } from '../content/held.js';
import { placeElement, placeOfVersion, type ContentPlace } from '../content/place.js';
import { contentOf } from '../content/text.js';
import type { VirusScan } from '../content/virus-scan.js';
import type { Endpoint } from '../definitions/endpoint.js';
import type { Clock } from '../fhir/clock.js';
import { unlessConflict } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { localName } from '../fhir/reference.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import { refusedFile, withVerdict } from '../portal/file-scan.js';
import { changed, combined, step, type Step, type Versioned } from '../portal/step.js';
import type { Blobs, Document, Records, Version } from '../store/port.js';
import { runAsServer, type ServerStepParts } from './server-step.js';

export interface HeldParts extends Omit<ServerStepParts, 'endpoint'> {
  readonly records: Records;
  readonly blobs: Blobs;
  readonly clock: Clock;
  readonly scan: VirusScan;
  readonly own: OwnCanonicals;
  /** Where this partition is written; undefined where it is served no more. */
  readonly endpointOf: (partition: string) => Endpoint | undefined;
  /** Told what went wrong with one of them: it is tried again, and the others go on. */
  readonly report: (error: unknown) => void;
}

/** Scans of one round: it ends, and its lease with it, before another process thinks this one dead. */
export const HELD_AT_ONCE = 2;
const LEASE = 120_000;

/** Milliseconds to the next try: twice as long each time, up to a minute. */
const LONGEST_WAIT = 60_000;
const waitAfter = (tries: number): number => Math.min(1000 * 2 ** Math.min(tries, 10), LONGEST_WAIT);

/** One round; resolves with how much it looked at. */
export async function scanHeld(parts: HeldParts): Promise<number> {
  const now = parts.clock.now();
  const leased = await parts.records.lease(HELD, now, now + LEASE, HELD_AT_ONCE);
  for (const document of leased) {
    await scanOne(document, parts).catch((error: unknown) => {
      parts.report(error);
      return postponed(document, parts);
    });
  }
  return leased.length;
}

async function scanOne(document: Document, parts: HeldParts): Promise<void> {
  const { store, clock } = parts;
  const endpoint = parts.endpointOf(String(document.value['partition']));
  if (!endpoint) return postponed(document, parts);
  const found = await heldBinary(document, endpoint, parts);
  // Other content has taken its place, or the Binary is gone.
  if (!found) return store.commit({ documents: discarding(document.id, document.version, clock.now()) });
  const { url, size, hash } = found.place;
  const verdict = await parts.scan({ size, hash, bytes: () => contentOf(parts.blobs, url) });
  if (verdict.is === 'unknown') return postponed(document, parts);
  const isInfected = verdict.is === 'infected';
  const reason = isInfected ? `a held file holds a virus: ${verdict.virus}` : 'a held file is clean';
  const ending = async () => ({ step: await ended(document, isInfected, endpoint, parts), value: undefined });
  await runAsServer(reason, ending, { ...parts, endpoint });
}

async function postponed({ version: expect, ...document }: Document, { records, clock }: HeldParts): Promise<void> {
  const tries = Number(document.value['tries']) + 1;
  const next = { ...document, value: { ...document.value, tries }, due: clock.now() + waitAfter(tries) };
  await records.write({ op: 'put', document: next, expect }).catch(unlessConflict);
}

type Held = Versioned & { readonly place: ContentPlace };

/** The Binary, where this content is still its own and still held. */
async function heldBinary({ id: blob, value }: Document, endpoint: Endpoint, parts: HeldParts) {
  const version = await versionOf(`Binary/${String(value['binary'])}`, endpoint, parts);
  const place = version && placeOfVersion(version);
  if (!version || place?.url !== blob || !place.held) return undefined;
  return { resource: parseStored<Resource>(version.json), version, place } satisfies Held;
}

async function versionOf(name: string, { partition }: Endpoint, { store }: HeldParts): Promise<Version | undefined> {
  const [type = '', id = ''] = name.split('/');
  const [version] = await store.read([{ partition, type, id }]);
  return version?.deleted ? undefined : version;
}

/** The Binary and its message after the scan. Nothing where the content has been replaced meanwhile: the next round sees it. */
async function ended(document: Document, isInfected: boolean, endpoint: Endpoint, parts: HeldParts): Promise<Step> {
  const found = await heldBinary(document, endpoint, parts);
  if (!found) return step({});
  const { url, size, hash } = found.place;
  const { _data: _held, ...rest } = found.resource;
  const element = isInfected ? absent('not-permitted') : (placeElement({ url, size, hash }) as unknown as JsonObject);
  const binary = changed(found, { ...rest, _data: element });
  const { id: blob, version } = document;
  const documents = isInfected ? discarding(blob, version, parts.clock.now()) : [released(blob, version)];
  return combined(step({ writes: [binary], documents }), await messageOf(found, isInfected, endpoint, parts));
}

/** The message whose file it is, and the notice to its sender where the file does not arrive. */
async function messageOf({ resource }: Held, isInfected: boolean, endpoint: Endpoint, parts: HeldParts): Promise<Step> {
  const { id, securityContext } = resource as unknown as Binary;
  const name = localName(securityContext?.reference ?? '', endpoint.url) ?? '';
  const version = name.startsWith('Communication/') ? await versionOf(name, endpoint, parts) : undefined;
  if (!version) return step({});
  const message = parseStored<Communication & Resource>(version.json);
  const told = withVerdict(message, `Binary/${id}`, isInfected ? 'infected' : undefined, parts.own);
  if (told === message) return step({});
  return step({
    writes: [changed({ resource: message, version }, told)],
    effects: isInfected ? refusedFile(told) : [],
  });
}
