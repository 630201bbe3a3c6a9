/**
 * Makes demo/synthea/ out of Synthea's transaction bundles: `node tools/synthea.mjs FOLDER`. Keeps the types that the
 * portal's main job knows, takes out references to what was left out, turns urn:uuid into ids, and gives each patient an
 * e-mail address (and one of them another language). Run once; its output is committed.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './runtime.mjs';

const kept = [
  'Organization',
  'Practitioner',
  'PractitionerRole',
  'Patient',
  'RelatedPerson',
  'Person',
  'HealthcareService',
];
const types = [...kept, 'Endpoint', 'Communication', 'Task', 'Binary', 'DocumentReference', 'Observation'];
const languages = { Lind: { code: 'ar', display: 'Arabic' } };

/** Numbers keep their digits. */
const parse = text =>
  JSON.parse(text, (_, value, { source }) => (typeof value === 'number' ? JSON.rawJSON(source) : value));

/** The value without references to what is not in the map; undefined where nothing is left of it. */
function resolved(value, ids) {
  if (Array.isArray(value)) {
    const items = value.map(item => resolved(item, ids)).filter(item => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value;
  if (typeof value.reference === 'string') {
    const reference = ids.get(value.reference);
    return reference === undefined ? undefined : { ...value, reference };
  }
  const entries = Object.entries(value).map(([name, inner]) => [name, resolved(inner, ids)]);
  const left = entries.filter(([, inner]) => inner !== undefined);
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

function withContact(patient) {
  const { family, given } = patient.name[0];
  const email = { system: 'email', value: `${given[0]}.${family}@example.org`.toLowerCase(), use: 'home' };
  const language = languages[family];
  const communication = [
    { language: { coding: [{ system: 'urn:ietf:bcp:47', ...language }], text: language?.display } },
  ];
  return { ...patient, telecom: [...patient.telecom, email], ...(language ? { communication } : {}) };
}

const [folder] = process.argv.slice(2);
for (const file of readdirSync(folder).sort()) {
  const { entry } = parse(readFileSync(join(folder, file), 'utf8'));
  const left = entry.filter(({ resource }) => types.includes(resource.resourceType));
  const ids = new Map(left.map(({ fullUrl, resource }) => [fullUrl, `${resource.resourceType}/${resource.id}`]));
  const resources = left
    .map(({ resource }) => resolved(resource, ids))
    .map(resource => (resource.resourceType === 'Patient' ? withContact(resource) : resource))
    .sort((a, b) => types.indexOf(a.resourceType) - types.indexOf(b.resourceType));
  const name = file.split('_').slice(0, 2).join('-').toLowerCase();
  const lines = resources.map(resource => JSON.stringify(resource)).join(',\n');
  writeFileSync(join(root, 'demo/synthea', `${name}.json`), `[\n${lines}\n]\n`);
}
