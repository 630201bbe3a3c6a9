/**
 * A file of many definitions that are read one at a time: deflated JSON texts end to end, and an index by canonical URL.
 * Opening costs nothing until the first look-up.
 */
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Resource } from '../fhir/resource.js';
import type { ProfileEntry } from './definitions.js';

type Entry = [type: string, offset: number, length: number];

export interface Archive {
  /** The definition with this canonical URL (no version); undefined if it is not in here. */
  get(url: string): Resource | undefined;
  /** The canonical URLs of a type, in the order written. */
  list(type: string): string[];
  /** Profiles on resource types, where the archive can tell without reading them. */
  readonly profiles?: readonly ProfileEntry[];
}

/** Writes `path.bin` and `path.json`. Of two definitions with one URL the later stays. */
export function writeArchive(path: string, resources: readonly (Resource & { url: string })[]): void {
  const index: Record<string, Entry> = {};
  const chunks: Buffer[] = [];
  let offset = 0;
  for (const resource of resources) {
    const chunk = deflateRawSync(JSON.stringify(resource));
    index[resource.url] = [resource.resourceType, offset, chunk.length];
    chunks.push(chunk);
    offset += chunk.length;
  }
  writeFileSync(`${path}.bin`, Buffer.concat(chunks));
  writeFileSync(`${path}.json`, JSON.stringify(index));
}

/**
 * The archive written at this path. The caller keeps what it needs again: nothing is cached here.
 * @param own under which base the portal's own definitions are known
 */
export function openArchive(path: string, own: OwnCanonicals): Archive {
  let index: Map<string, Entry> | undefined;
  const entries = (): Map<string, Entry> =>
    (index ??= new Map(
      Object.entries(JSON.parse(own.fromFile(readFileSync(`${path}.json`, 'utf8'))) as Record<string, Entry>),
    ));
  return {
    get: url => {
      const entry = entries().get(url);
      return entry && (JSON.parse(own.fromFile(readEntry(`${path}.bin`, entry))) as Resource);
    },
    list: type => [...entries()].filter(([, entry]) => entry[0] === type).map(([url]) => url),
  };
}

function readEntry(file: string, [, offset, length]: Entry): string {
  const handle = openSync(file, 'r');
  try {
    const bytes = Buffer.allocUnsafe(length);
    readSync(handle, bytes, 0, length, offset);
    return inflateRawSync(bytes).toString();
  } finally {
    closeSync(handle);
  }
}
