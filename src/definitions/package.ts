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
  filename: string;
  resourceType: string;
  url?: string;
  kind?: string;
  type?: string;
}

/**
 * Opens a package file.
 * @throws Error naming the file when it is no FHIR package.
 */
export function openPackage(file: string): Archive {
  try {
    return archiveOf(readTar(gunzipSync(readFileSync(file))));
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(`, open '${file}'`, '') : String(error);
    throw new Error(`${file} is no FHIR package: ${reason}`, { cause: error });
  }
}

function archiveOf(members: ReadonlyMap<string, Buffer>): Archive {
  const parse = (name: string): unknown => JSON.parse(members.get(`package/${name}`)!.toString());
  const definitions = filesOf(members, parse).filter(({ url }) => url !== undefined);
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

/** What is in the package, by its index; without one, by what its files say themselves. */
function filesOf(members: ReadonlyMap<string, Buffer>, parse: (name: string) => unknown): IndexFile[] {
  if (!members.has('package/package.json') && !members.has('package/.index.json')) {
    throw new Error('it has neither package/package.json nor package/.index.json');
  }
  if (members.has('package/.index.json')) {
    const { files } = parse('.index.json') as { files?: IndexFile[] };
    if (!Array.isArray(files)) throw new Error('its package/.index.json lists no files');
    return files.filter(({ filename }) => members.has(`package/${filename}`));
  }
  return [...members.keys()]
    .flatMap(name => /^package\/([^/]+\.json)$/.exec(name)?.[1] ?? [])
    .map(filename => ({ ...(parse(filename) as Omit<IndexFile, 'filename'>), filename }))
    .filter(({ resourceType }) => typeof resourceType === 'string');
}
