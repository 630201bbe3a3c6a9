/**
 * An operation's input against its OperationDefinition: the definition is the contract.
 * https://hl7.org/fhir/R4/operations.html#executing
 */
import type { Definitions } from '../../definitions/definitions.js';
import { Fault } from '../../fhir/fault.js';
import { parameterValue } from '../../fhir/parameters.js';
import type { Query } from '../../fhir/request.js';
import type { JsonObject, Resource } from '../../fhir/resource.js';
import type { Values } from '../../service.js';
import { primitives } from '../../validate/primitive.table.js';
import type { Validator } from '../../validate/validator.js';
import type { ParameterDefinition } from './parameter-definition.js';
import { fitsType, isAnyResource, isAnyType, isResource } from './parameter-value.js';

interface Model {
  definitions: Definitions;
  validator: Validator;
}

/** A value under its name. `sent` is the type that the body names: `Code`, `Resource`, `part`; a query string names none. */
interface Given {
  name: string;
  sent?: string;
  value: unknown;
}

/** What came in, by name: of Parameters, of a bare resource for the sole resource parameter, or of the query string. */
export function readParameters(
  declared: readonly ParameterDefinition[],
  body: Resource | undefined,
  query: Query,
  model: Model,
): Values {
  return collect(declared, [...fromQuery(query, declared), ...fromBody(body, declared)], 'Parameters.parameter', model);
}

/** @param path the FHIRPath of the list that the parameters stand in */
function collect(
  declared: readonly ParameterDefinition[],
  given: readonly Given[],
  path: string,
  model: Model,
): Values {
  const values: Values = {};
  for (const one of given) {
    const definition = declared.find(({ name }) => name === one.name);
    if (!definition) throw unexpected(one.name, path);
    const here = `${path}.where(name='${one.name}')`;
    add(values, definition, valueOf(definition, one, here, model), here);
  }
  const missing = declared.find(({ name, min }) => min > 0 && values[name] === undefined);
  if (!missing) return values;
  throw new Fault('invalid', `The parameter ${missing.name} is missing.`, { code: 'required', expression: path });
}

/** Parameters about the form of the answer, which any request may carry. */
const RESULT_PARAMETERS = new Set(['_format', '_pretty', '_summary', '_elements', '_page']);

const fromQuery = (query: Query, declared: readonly ParameterDefinition[]): Given[] =>
  query
    .map(([name, text]) => ({ name, text, definition: declared.find(one => one.name === name) }))
    .filter(({ name, definition }) => definition !== undefined || !RESULT_PARAMETERS.has(name))
    .map(({ name, text, definition }) => ({ name, value: fromText(definition?.type, text) }));

function fromText(type: string | undefined, text: string): unknown {
  if (type === 'Reference') return { reference: text };
  if (isBoolean(type) && (text === 'true' || text === 'false')) return text === 'true';
  if (isNumber(type) && /^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  return text;
}

function fromBody(body: Resource | undefined, declared: readonly ParameterDefinition[]): Given[] {
  if (body === undefined) return [];
  if (body.resourceType === 'Parameters') return fromList((body['parameter'] ?? []) as JsonObject[]);
  const [sole, ...more] = declared.filter(({ type }) => isAnyResource(type));
  if (sole && more.length === 0) return [{ name: sole.name, sent: 'Resource', value: body }];
  throw new Fault('invalid', 'A Parameters resource is expected.', { code: 'structure' });
}

const fromList = (list: readonly JsonObject[]): Given[] =>
  list.map(parameterValue).map(({ name, type = 'nothing', value }) => ({ name, sent: type, value }));

/** The value of a parameter, parts by their names. Fault `invalid` where it is not of the parameter's type. */
function valueOf(
  { name, type, part }: ParameterDefinition,
  { sent, value }: Given,
  path: string,
  model: Model,
): unknown {
  if (part.length > 0 && sent === 'part') return collect(part, fromList(value as JsonObject[]), `${path}.part`, model);
  if (part.length === 0 && maySend(type, sent, model) && isOfType(type, value, model)) return value;
  throw new Fault('invalid', `The parameter ${name} must be of type ${type}.`, { code: 'value', expression: path });
}

/** How JSON writes a primitive type: `string`, `boolean`, `integer`, or `number` for a decimal. */
function formOf(type = ''): unknown {
  const schema = Object.hasOwn(primitives, type) ? primitives[type] : undefined;
  return schema && (schema['type'] ?? 'number');
}

const isBoolean = (type: string | undefined): boolean => formOf(type) === 'boolean';
const isWhole = (type: string): boolean => formOf(type) === 'integer';
const isNumber = (type: string | undefined): boolean => formOf(type) === 'integer' || formOf(type) === 'number';
const isUri = (type: string): boolean => type === 'uri' || type === 'url' || type === 'canonical';

/** Beside its own type: a string for any primitive written as one, one kind of URI or of whole number for another. */
function maySend(type: string, sent: string | undefined, { definitions }: Model): boolean {
  if (sent === undefined || isAnyType(type)) return true;
  if (isAnyResource(type) || definitions.isResourceType(type)) return sent === 'Resource';
  const named = definitions.type(sent) ? sent : sent.charAt(0).toLowerCase() + sent.slice(1);
  if (named === type) return true;
  return (
    (named === 'string' && formOf(type) === 'string') ||
    (isUri(named) && isUri(type)) ||
    (isWhole(named) && isWhole(type))
  );
}

/**
 * Any resource is taken as it came: to find faults in it may be the point. One of a type must have the type's shape. For an
 * instant a date is enough, which means its beginning.
 */
function isOfType(type: string, value: unknown, { definitions, validator }: Model): boolean {
  if (isAnyType(type)) return true;
  if (isAnyResource(type)) return isResource(value);
  if (type === 'instant' && fitsType('dateTime', value, validator)) return true;
  if (!definitions.isResourceType(type)) return fitsType(type, value, validator);
  if (!isResource(value) || value.resourceType !== type) return false;
  validator.assertShape(value);
  return true;
}

function add(values: Values, { name, max }: ParameterDefinition, value: unknown, path: string): void {
  const before = values[name];
  const list = (max > 1 ? (before ?? []) : []) as unknown[];
  if (list.length >= max || (max === 1 && before !== undefined)) throw tooMany(name, max, path);
  values[name] = max > 1 ? [...list, value] : value;
}

const tooMany = (name: string, max: number, expression: string): Fault =>
  new Fault('invalid', `The parameter ${name} may be given ${max === 1 ? 'once' : `${max} times`} at most.`, {
    code: 'structure',
    expression,
  });

function unexpected(name: string, expression: string): Fault {
  const shown = /^[\w$.-]{1,64}$/.test(name) ? name : '(unprintable)';
  return new Fault('invalid', `The operation has no parameter ${shown}.`, { code: 'not-supported', expression });
}
