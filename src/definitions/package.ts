/**
 * Reads a FHIR package (`.tgz`, https://confluence.hl7.org/display/FHIR/NPM+Package+Specification): its definitions by
 * canonical URL, parsed when first asked for. The package's index tells what is in it.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Resource } from '../fhir/resource.js';
import type { Archive } from './archive.js';
import { readTar } from './tar.js';

interface IndexFile {
  files: { filename: string; resourceType: string; url?: string; kind?: string; type?: string }[];
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
    profiles: definitions.flatMap(({ resourceType, kind, type, url }) =>
      resourceType === 'StructureDefinition' && kind === 'resource' && type ? [{ type, url: url! }] : [],
    ),
    list: type => definitions.filter(({ resourceType }) => resourceType === type).map(({ url }) => url!),
  };
}
