/**
 * Run at build, after the definitions: one ajv standalone module for the data types and
 * one for each resource type, dist/generated/shapes/Type.cjs.
 * Usage: node dist/src/validate/generate.js [project root]. https://ajv.js.org/standalone.html
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv, _ as code, type KeywordCxt } from 'ajv';
import { callRef } from 'ajv/dist/vocabularies/core/ref.js';
import standalone from 'ajv/dist/standalone/index.js';
import type { TypeDefinition } from '../definitions/definitions.js';
import type { Schema } from './primitive.table.js';
import { dataTypeSchemas, resourceSchemas } from './schema.js';

/** Decimals that lose digits as JavaScript numbers arrive as V8's raw JSON (fhir/json.ts). */
function addDecimals(ajv: Ajv): void {
  const isNumber = ({ data }: KeywordCxt): ReturnType<typeof code> =>
    code`(typeof ${data} == "number" || JSON.isRawJSON(${data}))`;
  ajv.addKeyword({ keyword: 'decimal', code: cxt => cxt.fail(code`!${isNumber(cxt)}`) });
  ajv.addKeyword({
    keyword: 'decimalOrNull',
    code: cxt => cxt.fail(code`${cxt.data} !== null && !${isNumber(cxt)}`),
  });
}

/** `{dataType: 'HumanName'}`: the value is checked by the module of the data types. */
function addDataTypes(ajv: Ajv): void {
  ajv.addKeyword({
    keyword: 'dataType',
    schemaType: 'string',
    code: cxt => {
      const name = cxt.schema as string;
      const source = code`require("./data-types.cjs")[${name}]`;
      callRef(cxt, cxt.gen.scopeValue('validate', { key: name, ref: name, code: source }));
    },
  });
}

function newAjv(schemas: Schema[]): Ajv {
  const ajv = new Ajv({ allErrors: true, code: { source: true }, messages: false });
  addDecimals(ajv);
  addDataTypes(ajv);
  ajv.addSchema(schemas);
  return ajv;
}

function readTypes(root: string): TypeDefinition[] {
  const source = path.join(root, 'dist/generated/definitions/types');
  return readdirSync(source)
    .map(file => JSON.parse(readFileSync(path.join(source, file), 'utf8')) as TypeDefinition)
    .filter(({ abstract }) => !abstract);
}

/** ajv copies the errors so far for each part that has some: without a bound, the work grows with their square. */
const bounded = (text: string): string =>
  text.replaceAll(
    /vErrors\.concat\(([\w.]+)\.errors\)/g,
    '(vErrors.length < 100 ? vErrors.concat($1.errors) : vErrors)',
  );

function generate(root: string): void {
  const target = path.join(root, 'dist/generated/shapes');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(path.join(target, `${name}.cjs`), bounded(text));
  const types = readTypes(root);
  const complex = dataTypeSchemas(types.filter(({ kind }) => kind === 'complex'));
  const exported = Object.fromEntries(complex.map(({ $id }) => [$id, $id])) as Record<string, string>;
  write('data-types', standalone.default(newAjv(complex), exported));
  const resources = types.filter(({ kind }) => kind === 'resource');
  const ajv = newAjv(resourceSchemas(resources));
  for (const { name } of resources) write(name, standalone.default(ajv, ajv.getSchema(name)));
}

generate(process.argv[2] ?? process.cwd());
