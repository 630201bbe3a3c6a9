/**
 * `node tools/declare.mjs capability/portal.json TYPE…`: declares these types in a capability file with every R4 search
 * parameter they have, and brings parameters and includes of the types already there in line. Interactions, operations,
 * profiles and wording stay as they are; those of a new type are the ones of the first type in the file.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './runtime.mjs';

const { declareCommon, declareResources } = await import(join(root, 'dist/src/definitions/declare.js'));
const { loadDefinitions } = await import(join(root, 'dist/src/definitions/load.js'));

const [file, ...added] = process.argv.slice(2);
const statement = JSON.parse(readFileSync(file, 'utf8'));
const [rest] = statement.rest;
const before = new Map(rest.resource.map(entry => [entry.type, entry]));
const types = [...new Set([...before.keys(), ...added])];
const ground = { types, searchParameters: loadDefinitions(root).searchParameters() };
const { documentation, operation, profile, supportedProfile, ...template } = rest.resource[0];

rest.searchParam = declareCommon(ground);
rest.resource = declareResources(ground, {}).map(({ type, ...search }) => ({
  ...(before.get(type) ?? { type, ...template }),
  searchInclude: undefined,
  searchRevInclude: undefined,
  ...search,
}));
// Objects of plain values take one line each.
const text = JSON.stringify(statement, null, 2).replace(
  /\{\n\s*([^{}[\]]*?)\s*\n\s*\}/g,
  (_, inner) => `{ ${inner.replace(/\n\s*/g, ' ')} }`,
);
writeFileSync(file, `${text}\n`);
