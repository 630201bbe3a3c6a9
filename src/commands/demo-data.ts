/** The resources of demo mode: demo/*.json and demo/synthea/*.json, in the order to load them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';

const FILES = ['organization', 'staff', 'patients', 'members'];

/** What a resource refers to comes before it. */
export function loadDemo(root: string): Resource[] {
  const folder = join(root, 'demo');
  const synthea = readdirSync(join(folder, 'synthea')).filter(name => name.endsWith('.json'));
  const files = [...FILES.map(name => `${name}.json`), ...synthea.sort().map(name => join('synthea', name))];
  return files.flatMap(file => parseStored<Resource[]>(readFileSync(join(folder, file), 'utf8')));
}
