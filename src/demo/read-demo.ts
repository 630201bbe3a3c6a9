/** The resources of demo/, in the order that its README gives: targets of references come first. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';

const OWN = ['organization.json', 'staff.json', 'patients.json', 'members.json'];

/**
 * @param root the project's folder
 * @param own under which base the portal's own definitions are known
 */
export function readDemo(root: string, own: OwnCanonicals): Resource[] {
  const folder = join(root, 'demo');
  const synthea = readdirSync(join(folder, 'synthea')).filter(name => name.endsWith('.json'));
  const files = [...OWN, ...synthea.sort().map(name => join('synthea', name))];
  return files.flatMap(file => resourcesOf(own.fromFile(readFileSync(join(folder, file), 'utf8'))));
}

/** A file holds a Bundle of type collection, or an array. */
function resourcesOf(text: string): Resource[] {
  const content = parseStored<Resource[] | { entry?: { resource: Resource }[] }>(text);
  return Array.isArray(content) ? content : (content.entry ?? []).map(({ resource }) => resource);
}
