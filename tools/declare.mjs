/**
 * `npm run declare -- capability/portal.json TYPE…`: declares these types in a capability file with every R4 search
 * parameter they have, and brings parameters and includes of the types already there in line. Interactions, operations,
 * profiles and wording stay as they are; the interactions of a new type are those of the first type in the file, and
 * reading and searching in a file without types.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { build } from './build.mjs';
import { requireNode, root } from './runtime.mjs';

requireNode();
const [file, ...added] = process.argv.slice(2);
if (file === undefined) {
  console.error('Usage: npm run declare -- capability/FILE.json TYPE…');
  process.exit(2);
}
build({ quiet: true });
const { declareCommon, declareResources } = await import(join(root, 'dist/src/definitions/declare.js'));
const { loadDefinitions } = await import(join(root, 'dist/src/definitions/load.js'));

const statement = JSON.parse(readFileSync(file, 'utf8'));
const [rest] = statement.rest;
rest.resource ??= [];
rest.searchParam ??= [];
const definitions = loadDefinitions(root);
const unknown = added.filter(type => !definitions.isResourceType(type));
if (unknown.length > 0) {
  console.error(`No resource type of R4: ${unknown.join(', ')}`);
  process.exit(2);
}
const before = new Map(rest.resource.map(entry => [entry.type, entry]));
const types = [...new Set([...before.keys(), ...added])];
const all = { types, searchParameters: definitions.searchParameters() };
// A parameter of every type that the statement leaves out (`_content`) stays out.
const common = declareCommon(all).map(({ name }) => name);
const served = new Set(rest.searchParam.length > 0 ? rest.searchParam.map(({ name }) => name) : common);
const left = new Set(common.filter(name => !served.has(name)));
const declarable = { types, searchParameters: all.searchParameters.filter(({ code }) => !left.has(code)) };
const readOnly = { interaction: [{ code: 'read' }, { code: 'search-type' }] };
const [first = readOnly] = rest.resource;
const { documentation, _documentation, operation, profile, supportedProfile, ...template } = first;

rest.searchParam = declareCommon(declarable);
rest.resource = declareResources(declarable, {}).map(({ type, ...search }) => ({
  ...(before.get(type) ?? { ...template, type }),
  searchInclude: undefined,
  searchRevInclude: undefined,
  ...search,
}));
// Objects of plain values take one line each where they fit.
const text = JSON.stringify(statement, null, 2).replace(
  /\{\n\s*([^{}[\]]*?)\s*\n\s*\}/g,
  (_, inner) => `{ ${inner.replace(/\n\s*/g, ' ')} }`,
);
writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
