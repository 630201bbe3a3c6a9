/**
 * Writes src/operations/types.ts: the inputs and outputs of every operation that a capability file declares, as TypeScript
 * types made of its OperationDefinition (https://hl7.org/fhir/R4/operationdefinition.html). The build runs it before it
 * compiles; git ignores what it writes.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { root } from './runtime.mjs';

const operationTypes = join(root, 'src/operations/types.ts');
const ours = join(root, 'capability/operations');

const readJson = path => JSON.parse(readFileSync(path, 'utf8'));
const jsonIn = folder => readdirSync(folder).filter(name => name.endsWith('.json'));

/** Every `{ name, definition }` of an `operation` list, wherever it stands in a capability file. */
function declaredIn(value) {
  if (Array.isArray(value)) return value.flatMap(declaredIn);
  if (typeof value !== 'object' || value === null) return [];
  const own = typeof value.definition === 'string' && value.definition.includes('/OperationDefinition/');
  return own ? [value.definition] : Object.values(value).flatMap(declaredIn);
}

/** Own definitions first, with the name that their types begin with. R4's own names are no identifiers: its ids serve. */
function definitions() {
  const own = jsonIn(ours).map(name => readJson(join(ours, name)));
  const lines = gunzipSync(readFileSync(join(root, 'definitions/OperationDefinition.ndjson.gz')))
    .toString()
    .split('\n');
  const hl7 = lines.filter(line => line !== '').map(line => JSON.parse(line));
  return [
    ...own.map(definition => ({ definition, name: definition.name })),
    ...hl7.map(definition => ({ definition, name: pascal(definition.id) })),
  ];
}

const pascal = id => id.replace(/(?:^|-)(.)/g, (_, letter) => letter.toUpperCase());

/** JSON forms of the primitive types (https://hl7.org/fhir/R4/json.html#primitive); all others are text. */
const SCALARS = {
  boolean: 'boolean',
  decimal: 'number',
  integer: 'number',
  positiveInt: 'number',
  unsignedInt: 'number',
};

/** Types without one TypeScript type: any resource as it came, and a value of any type as `{ valueString: … }`. */
const KERNEL = { Resource: 'Resource', Any: 'Resource', Element: 'JsonObject', Type: 'JsonObject' };

/** The TypeScript type of one value; notes the names it takes from elsewhere. */
function typeOf({ type, part = [] }, used, indent) {
  if (part.length > 0) return record(part, used, indent);
  if (type === undefined) throw new Error('a parameter has neither type nor parts');
  if (Object.hasOwn(KERNEL, type)) {
    used.kernel.add(KERNEL[type]);
    return KERNEL[type];
  }
  if (/^[A-Z]/.test(type)) {
    used.fhir = true;
    return `fhir.${type}`;
  }
  return SCALARS[type] ?? 'string';
}

/** One property: what it is for (a sentence of its documentation), optional where min is 0, a list where max is above 1. */
function property(parameter, used, indent) {
  const { name, min, max, documentation = '' } = parameter;
  const type = typeOf(parameter, used, indent);
  const sentence = /^.*?(?:\.(?=\s)|$)/m.exec(documentation)[0].replaceAll('*/', '* /').trim();
  const key = /^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`;
  const comment = sentence === '' ? [] : [`${indent}/** ${sentence} */`];
  const line = `${indent}${key}${min > 0 ? '' : '?'}: ${max === '1' ? type : `readonly ${elementOf(type)}[]`};`;
  return [...comment, line].join('\n');
}

const elementOf = type => (type.startsWith('{') ? `(${type})` : type);

const record = (parameters, used, indent = '') =>
  parameters.length === 0
    ? 'Record<never, never>'
    : `{\n${parameters.map(one => property(one, used, `${indent}  `)).join('\n')}\n${indent}}`;

function typesOf({ definition, name }, used) {
  const of = use => (definition.parameter ?? []).filter(parameter => parameter.use === use);
  return [
    `/** $${definition.code} of ${definition.id} */\nexport type ${name}Input = ${record(of('in'), used)};`,
    `export type ${name}Output = ${record(of('out'), used)};`,
  ];
}

/** The text of src/operations/types.ts. */
function text() {
  const capability = join(root, 'capability');
  const declared = new Set(jsonIn(capability).flatMap(name => declaredIn(readJson(join(capability, name)))));
  const served = definitions().filter(({ definition }) => declared.has(definition.url));
  const used = { kernel: new Set(), fhir: false };
  const types = served.sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap(one => typesOf(one, used));
  return [
    '/** Inputs and outputs of the operations, made by tools/operation-types.mjs of their OperationDefinitions. */',
    ...(used.fhir ? ["import type * as fhir from 'fhir/r4.js';"] : []),
    ...(used.kernel.size > 0
      ? [`import type { ${[...used.kernel].sort().join(', ')} } from '../fhir/resource.js';`]
      : []),
    '',
    types.join('\n\n'),
    '',
  ].join('\n');
}

/** Brings the file up to date; what is the same already stays untouched, so that nothing is compiled anew. */
export function writeOperationTypes() {
  const wanted = text();
  if (existsSync(operationTypes) && readFileSync(operationTypes, 'utf8') === wanted) return;
  mkdirSync(dirname(operationTypes), { recursive: true });
  writeFileSync(operationTypes, wanted);
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) writeOperationTypes();
