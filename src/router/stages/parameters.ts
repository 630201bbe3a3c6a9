/**
 * An operation's input and output against its OperationDefinition: the definition is the contract.
 * https://hl7.org/fhir/R4/operations.html, https://hl7.org/fhir/R4/operationdefinition.html
 */
import type { Definitions } from '../../definitions/definitions.js';
import { Fault } from '../../fhir/fault.js';
import { parameter, parametersOf, parameterValue } from '../../fhir/parameters.js';
import type { Query } from '../../fhir/request.js';
import type { Json, JsonObject, Resource } from '../../fhir/resource.js';
import type { Values } from '../../service.js';
import type { Validator } from '../../validate/validator.js';

interface Model {
  definitions: Definitions;
  validator: Validator;
}

export interface ParameterDefinition {
  name: string;
  use: 'in' | 'out';
  min: number;
  max: number;
  type: string;
  part: ParameterDefinition[];
}

/** The parameters an OperationDefinition declares for one direction. */
export function declaredParameters(definition: Resource, use: 'in' | 'out'): ParameterDefinition[] {
  const all = (definition['parameter'] ?? []) as JsonObject[];
  return all.filter(one => one['use'] === use).map(one => compile(one, use));
}

function compile(one: JsonObject, use: 'in' | 'out'): ParameterDefinition {
  return {
    name: String(one['name']),
    use,
    min: Number(one['min'] ?? 0),
    max: one['max'] === '*' ? Infinity : Number(one['max'] ?? 1),
    type: String(one['type'] ?? 'Element'),
    part: ((one['part'] ?? []) as JsonObject[]).map(part => compile(part, use)),
  };
}

/** What came in, by name: of Parameters, of a bare resource for the sole resource parameter, or of the query string. */
export function readParameters(
  declared: readonly ParameterDefinition[],
  body: Resource | undefined,
  query: Query,
  model: Model,
): Values {
  const given = [...fromQuery(query, declared), ...fromBody(body, declared)];
  const values: Values = {};
  for (const [name, type, value] of given) {
    const definition = declared.find(one => one.name === name);
    if (!definition) throw unexpected(name);
    checkType(definition, type, value, model);
    add(values, definition, partsOf(definition, value, model));
  }
  for (const { name, min } of declared) {
    if (min > 0 && values[name] === undefined) {
      throw new Fault('invalid', `The parameter ${name} is missing.`, {
        code: 'required',
        expression: 'Parameters.parameter',
      });
    }
  }
  return values;
}

type Given = readonly [name: string, type: string | undefined, value: unknown];

/** Parameters about the form of the answer, which any request may carry. */
const RESULT_PARAMETERS = new Set(['_format', '_pretty', '_summary', '_elements', '_page']);

function fromQuery(query: Query, declared: readonly ParameterDefinition[]): Given[] {
  return query
    .filter(([name]) => !RESULT_PARAMETERS.has(name) || declared.some(one => one.name === name))
    .map(([name, text]) => [
      name,
      undefined,
      fromText(
        declared.find(one => one.name === name),
        text,
      ),
    ]);
}

function fromText(definition: ParameterDefinition | undefined, text: string): unknown {
  if (definition?.type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (definition && NUMBERS.has(definition.type) && /^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  if (definition?.type === 'Reference') return { reference: text };
  return text;
}

function fromBody(body: Resource | undefined, declared: readonly ParameterDefinition[]): Given[] {
  if (body === undefined) return [];
  if (body.resourceType !== 'Parameters') {
    const sole = declared.filter(one => isResourceType(one.type));
    if (sole.length !== 1 || !sole[0])
      throw new Fault('invalid', 'A Parameters resource is expected.', { code: 'structure' });
    return [[sole[0].name, 'Resource', body]];
  }
  return ((body['parameter'] ?? []) as JsonObject[]).map(one => {
    const { name, type, value } = parameterValue(one);
    return [name, type ?? 'nothing', value];
  });
}

const NUMBERS = new Set(['integer', 'positiveInt', 'unsignedInt', 'decimal']);
const isResourceType = (type: string): boolean => type === 'Resource' || type === 'Any';

/** JSON forms of the primitive types; a parameter of one type may come as a sibling of the same form (string for code). */
function checkType(
  definition: ParameterDefinition,
  sent: string | undefined,
  value: unknown,
  { definitions, validator }: Model,
): void {
  const { name, type } = definition;
  const wanted = definitions.type(type);
  const fits =
    type === 'Element' || type === 'Type' || sent === undefined
      ? scalarFits(wanted?.kind === 'primitive', type, value)
      : isResourceType(type) || wanted?.kind === 'resource'
        ? sent === 'Resource' && resourceFits(type, value, validator)
        : definition.part.length > 0
          ? sent === 'part'
          : sent.toLowerCase() === type.toLowerCase() || isSibling(type, sent);
  if (!fits) {
    throw new Fault('invalid', `The parameter ${name} must be of type ${type}.`, {
      code: 'value',
      expression: `Parameters.parameter.where(name='${name}')`,
    });
  }
}

function scalarFits(primitive: boolean, type: string, value: unknown): boolean {
  if (!primitive) return true;
  if (type === 'boolean') return typeof value === 'boolean';
  return NUMBERS.has(type) ? typeof value === 'number' : typeof value === 'string';
}

/** Any resource is taken as it came: to find faults in it may be the point. One of a type must have the type's shape. */
function resourceFits(type: string, value: unknown, validator: Validator): boolean {
  if (!isResource(value)) return false;
  if (isResourceType(type)) return true;
  if (value.resourceType !== type) return false;
  validator.assertShape(value);
  return true;
}

const STRINGS = new Set(['string', 'code', 'id', 'uri', 'url', 'canonical', 'date', 'datetime', 'instant', 'markdown']);

const URIS = new Set(['uri', 'url', 'canonical']);

const WHOLE = new Set(['integer', 'positiveint', 'unsignedint']);

/** A string for anything written as one, one kind of URI for another, and of whole number: the operation says what is in range. */
function isSibling(type: string, sent: string): boolean {
  if (sent === 'String') return STRINGS.has(type.toLowerCase());
  return [URIS, WHOLE].some(kind => kind.has(type.toLowerCase()) && kind.has(sent.toLowerCase()));
}

function partsOf(definition: ParameterDefinition, value: unknown, model: Model): unknown {
  if (definition.part.length === 0) return value;
  const body: Resource = { resourceType: 'Parameters', parameter: value as JsonObject[] };
  return readParameters(definition.part, body, [], model);
}

function add(values: Values, { name, max }: ParameterDefinition, value: unknown): void {
  const before = values[name];
  if (max > 1) {
    const list = (before ?? []) as unknown[];
    if (list.length >= max) throw tooMany(name, max);
    list.push(value);
    values[name] = list;
  } else {
    if (before !== undefined) throw tooMany(name, 1);
    values[name] = value;
  }
}

const tooMany = (name: string, max: number): Fault =>
  new Fault('invalid', `The parameter ${name} may be given ${max === 1 ? 'once' : `${max} times`} at most.`, {
    code: 'structure',
    expression: `Parameters.parameter.where(name='${name}')`,
  });

function unexpected(name: string): Fault {
  const shown = /^[\w$.-]{1,64}$/.test(name) ? name : '(unprintable)';
  return new Fault('invalid', `The operation has no parameter ${shown}.`, {
    code: 'not-supported',
    expression: 'Parameters.parameter',
  });
}

/**
 * What an operation gives, as its answer: a sole output named `return` is the resource itself, all else Parameters.
 * A handler that gives what its definition does not declare is a defect: it throws.
 */
export function writeParameters(declared: readonly ParameterDefinition[], output: Values): Resource {
  const undeclared = Object.keys(output).find(name => !declared.some(one => one.name === name));
  if (undeclared !== undefined) throw new Error(`output ${undeclared} is not declared`);
  const [only] = declared;
  if (declared.length === 1 && only?.name === 'return' && isResource(output['return'])) return output['return'];
  return parametersOf(declared.flatMap(definition => written(definition, output[definition.name])));
}

const isResource = (value: unknown): value is Resource =>
  typeof value === 'object' && value !== null && 'resourceType' in value && typeof value.resourceType === 'string';

function written(definition: ParameterDefinition, value: unknown): JsonObject[] {
  const { name, min, max } = definition;
  const all = value === undefined ? [] : Array.isArray(value) ? value : [value];
  if (all.length < min || all.length > max) throw new Error(`output ${name} given ${all.length} times`);
  return all.map((one: unknown) => {
    if (definition.part.length > 0) {
      return { name, part: definition.part.flatMap(part => written(part, (one as Values)[part.name])) };
    }
    // Of any type: the handler says which, as `{ valueString: … }`.
    if (definition.type === 'Element') return { name, ...(one as JsonObject) };
    return parameter(name, isResource(one) ? 'Resource' : definition.type, one as Json);
  });
}
