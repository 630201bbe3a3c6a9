/**
 * Run at build: definitions/*.ndjson.gz, profiles/ and capability/ → dist/generated/definitions, in forms that load fast.
 * Usage: node dist/src/definitions/generate.js [project root]
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Resource } from '../fhir/resource.js';
import { writeArchive } from './archive.js';
import { isBaseType, slimSearchParameter, slimType, type StructureDefinition } from './slim.js';
import { withSnapshot } from './snapshot.js';

type Canonical = Resource & { url: string };

function readVendored(root: string): Canonical[] {
  const folder = path.join(root, 'definitions');
  return readdirSync(folder)
    .filter(name => name.endsWith('.ndjson.gz'))
    .flatMap(name =>
      gunzipSync(readFileSync(path.join(folder, name)))
        .toString()
        .split('\n'),
    )
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Canonical);
}

/** The project's own definitions: every JSON file with a canonical URL below these folders. */
function readOwn(root: string): Canonical[] {
  const folders = ['profiles', 'capability/operations', 'capability/search-parameters', 'capability/messages'];
  return folders
    .map(folder => path.join(root, folder))
    .filter(folder => existsSync(folder))
    .flatMap(folder => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(name => path.join(folder, name)))
    .filter(file => file.endsWith('.json') && !/\/(example|counter-)[^/]*$/.test(file))
    .sort()
    .map(file => JSON.parse(readFileSync(file, 'utf8')) as Canonical)
    .filter(definition => 'url' in definition);
}

function generate(root: string): void {
  const target = path.join(root, 'dist/generated/definitions');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(path.join(target, 'types'), { recursive: true });
  const all = [...readVendored(root), ...readOwn(root)];
  const structures = new Map(
    all
      .filter(({ resourceType }) => resourceType === 'StructureDefinition')
      .map(it => [it.url, it as StructureDefinition]),
  );
  const complete = all.map(it =>
    it.resourceType === 'StructureDefinition'
      ? withSnapshot(it as StructureDefinition, url => structures.get(url))
      : it,
  );
  writeArchive(path.join(target, 'resources'), complete);
  writeTypes(target, [...structures.values()]);
  const parameters = all.filter(({ resourceType }) => resourceType === 'SearchParameter').map(slimSearchParameter);
  writeFileSync(path.join(target, 'search-parameters.json'), JSON.stringify(parameters));
}

function writeTypes(target: string, structures: readonly StructureDefinition[]): void {
  const types = structures.filter(isBaseType).map(slimType);
  for (const type of types) {
    writeFileSync(path.join(target, 'types', `${type.name}.json`), JSON.stringify(type));
  }
  const index = types.map(({ name, kind, abstract }) => ({ name, kind, abstract }));
  writeFileSync(path.join(target, 'types.json'), JSON.stringify(index));
}

generate(process.argv[2] ?? process.cwd());
