/**
 * Reads a FHIR package (`.tgz`, https://confluence.hl7.org/display/FHIR/NPM+Package+Specification): its definitions by
 * canonical URL, parsed when first asked for. The package's index tells what is in it.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Resource } from '../fhir/resource.js';
import type { Archive } from './archive.js';

interface IndexFile {
  files: { filename: string; resourceType: string; url?: string }[];
}

/**
 * Opens a package file.
 * @throws Error naming the file when it is no FHIR package.
 */
export function openPackage(file: string): Archive {
  const members = readTar(gunzipSync(readFileSync(file)));
  const parse = (name: string): unknown => JSON.parse(members.get(`package/${name}`)!.toString());
  if (!members.has('package/.index.json')) throw new Error(`${file} is no FHIR package: it has no package/.index.json`);
  const definitions = (parse('.index.json') as IndexFile).files.filter(({ url }) => url !== undefined);
  const byUrl = new Map(definitions.map(entry => [entry.url!, entry.filename]));
  return {
    get: url => {
      const name = byUrl.get(url);
      return name === undefined ? undefined : (parse(name) as Resource);
    },
    list: type => definitions.filter(({ resourceType }) => resourceType === type).map(({ url }) => url!),
  };
}

/** The regular files of a tar archive (POSIX ustar; package members have short names). */
function readTar(bytes: Buffer): Map<string, Buffer> {
  const text = (at: number, length: number): string => bytes.toString('utf8', at, at + length).split('\0')[0]!;
  const members = new Map<string, Buffer>();
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const prefix = text(at + 345, 155);
    members.set((prefix ? `${prefix}/` : '') + text(at, 100), bytes.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return members;
}
