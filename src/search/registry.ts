/**
 * The search parameters of each resource type, made of SearchParameter resources. Expressions are compiled when a type
 * is first asked for. https://hl7.org/fhir/R4/searchparameter.html
 */
import { Fault } from '../fhir/fault.js';
import { phoneForm } from '../fhir/phone-number.js';
import type { JsonObject } from '../fhir/resource.js';
import { compileExpression, type Select } from './expression/compile.js';
import { computed } from './computed.table.js';
import { implicitSystems } from './implicit-system.table.js';
import { baseKey } from './keys.js';
import type { Component } from './types/composite.js';
import { isValueType, valueTypes, type ValueTypeName } from './types/index.js';
import type { Facts, Ports } from './types/type.js';
import { createCanonicalUnit } from './types/ucum.js';
import { defined } from '../fhir/defined.js';

/** `special`: `_text`, `_content`, what is about the caller (access/boxes.ts), and what has a name but no meaning here (`_query`). */
export type SearchType = ValueTypeName | 'composite' | 'special';

/** A search parameter as one resource type has it. */
export interface SearchParam {
  url: string;
  code: string;
  type: SearchType;
  /** Resource types it is defined on; may be `Resource` or `DomainResource`. */
  base: readonly string[];
  /** What references may lead to, as far as known for this resource type; [] = anything. */
  targets: readonly string[];
  expression?: string;
  /** What all its index keys begin with (keys.ts). */
  key: string;
  facts: Facts;
  /** Its values in a resource; of composites the elements whose parts belong together. */
  select: Select;
  /** Of composites only. */
  components: readonly Component[];
}

export interface SearchRegistry {
  readonly ports: Ports;
  /** Which of a partition's registries it is, where they change; entries made by it carry this number. */
  readonly generation: number | undefined;
  get(type: string, code: string): SearchParam | undefined;
  /** All parameters of a type, those of every resource included. */
  of(type: string): readonly SearchParam[];
  /**
   * A registry that knows these parameters too, or in place of those with their url. Faults: `unprocessable` for one that
   * cannot work, `conflict` for one whose code is taken on one of its types.
   */
  with(parameters: readonly JsonObject[], generation?: number): SearchRegistry;
}

interface Definition {
  url: string;
  code: string;
  type: SearchType;
  base: string[];
  target: string[];
  expression: string | undefined;
  component: { definition: string; expression: string }[];
}

/** Resource types without narrative: no DomainResources. */
const bare = new Set(['Bundle', 'Binary', 'Parameters']);

const applies = (base: string, type: string): boolean =>
  base === type || base === 'Resource' || (base === 'DomainResource' && !bare.has(type));

const overlap = (some: readonly string[], others: readonly string[]): boolean =>
  some.some(one => others.some(other => applies(one, other) || applies(other, one)));

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];

function invalid(url: string, why: string): Fault {
  return new Fault('unprocessable', `SearchParameter ${url}: ${why}`, { expression: 'SearchParameter' });
}

/** HL7's R4 definition gives the two components of this one each other's expression. */
const SWAPPED = 'http://hl7.org/fhir/SearchParameter/DocumentReference-relationship';

function componentsOf({ url, component }: JsonObject): Definition['component'] {
  const parts = (component ?? []) as unknown as Definition['component'];
  if (url !== SWAPPED) return parts;
  return parts.map((part, at) => ({ ...part, expression: parts[parts.length - 1 - at]!.expression }));
}

const computedOf = (type: string, code: string): Select | undefined => {
  const values = Object.hasOwn(computed, `${type}.${code}`) ? computed[`${type}.${code}`] : undefined;
  return values && ((_start, resource) => values(resource));
};

function definitionOf(parameter: JsonObject): Definition {
  const { url, code, type, expression } = parameter;
  if (typeof url !== 'string' || typeof code !== 'string' || typeof type !== 'string') {
    throw invalid(String(url), 'url, code and type are needed.');
  }
  const isNear = code === 'near' && type === 'special';
  const words = code === '_text' || code === '_content';
  const isComputed = strings(parameter['base']).some(base => computedOf(base, code) !== undefined);
  const known = isValueType(type) || type === 'composite' || type === 'special';
  if (!known) throw invalid(url, 'the type is not known.');
  return {
    url,
    code,
    type: words || !(typeof expression === 'string' || isComputed) ? 'special' : isNear ? 'near' : type,
    base: strings(parameter['base']),
    target: strings(parameter['target']),
    expression: typeof expression === 'string' ? expression : undefined,
    component: componentsOf(parameter),
  };
}

/** A patient parameter leads to patients, even where HL7's shared definition lists groups too. */
function targetsOf({ code, target }: Definition, refersTo: readonly string[] | undefined): readonly string[] {
  if (refersTo) return refersTo;
  if (code === 'patient' && target.includes('Patient')) return ['Patient'];
  return target.includes('Resource') ? [] : target;
}

/** Names of added parameters: nothing in them can be taken for a separator, or for a parameter that shapes the answer. */
const CODE = /^[A-Za-z][\w-]{0,63}$/;

class Registry implements SearchRegistry {
  readonly ports: Ports;
  readonly generation: number | undefined;
  private readonly byUrl = new Map<string, Definition>();
  /** Every type that some parameter is on or leads to; others have no parameters at all. */
  private readonly types = new Set<string>(bare);
  private readonly byType = new Map<string, { byCode: Map<string, SearchParam>; all: readonly SearchParam[] }>();

  constructor(definitions: Iterable<Definition>, ports: Ports, generation?: number) {
    this.ports = ports;
    this.generation = generation;
    for (const definition of definitions) this.byUrl.set(definition.url, definition);
    for (const definition of this.byUrl.values()) {
      this.checkComponents(definition);
      this.learnTypes(definition);
    }
  }

  get(type: string, code: string): SearchParam | undefined {
    return this.paramsOf(type).byCode.get(code);
  }

  of(type: string): readonly SearchParam[] {
    return this.paramsOf(type).all;
  }

  with(parameters: readonly JsonObject[], generation?: number): SearchRegistry {
    // Composites come after what they may be made of.
    const added = parameters.map(definitionOf).sort((a, b) => a.component.length - b.component.length);
    const extended = new Registry(this.byUrl.values(), this.ports, generation);
    for (const definition of added) extended.add(definition);
    const touched = (type: string): boolean => added.some(({ base }) => base.some(one => applies(one, type)));
    for (const [type, made] of this.byType) if (!touched(type)) extended.byType.set(type, made);
    return extended;
  }

  private add(definition: Definition): void {
    this.checkComponents(definition);
    const { url, code, base } = definition;
    if (!CODE.test(code))
      throw invalid(url, 'the code is a word of letters, digits, - and _, and begins with a letter.');
    const taken = [...this.byUrl.values()].some(
      other => other.url !== url && other.code === code && overlap(other.base, base),
    );
    if (taken)
      throw new Fault('conflict', `The search parameter code '${code}' is taken.`, {
        expression: 'SearchParameter.code',
      });
    for (const type of base) compileParam(definition, type, this.byUrl, this.ports);
    this.byUrl.set(url, definition);
    this.learnTypes(definition);
  }

  private learnTypes({ base, target }: Definition): void {
    for (const type of [...base, ...target]) this.types.add(type);
  }

  private checkComponents({ url, component }: Definition): void {
    for (const { definition, expression } of component) {
      const type = this.byUrl.get(definition)?.type;
      if (type === undefined || !isValueType(type) || typeof expression !== 'string') {
        throw invalid(url, 'a component is not known, or is no simple parameter.');
      }
    }
  }

  private paramsOf(type: string): { byCode: Map<string, SearchParam>; all: readonly SearchParam[] } {
    const known = this.byType.get(type);
    if (known) return known;
    if (!this.types.has(type)) return { byCode: new Map(), all: [] };
    const params = new Map<string, SearchParam>();
    for (const definition of this.byUrl.values()) {
      // Of two parameters with one code the first is taken: packages repeat HL7's.
      if (params.has(definition.code) || !definition.base.some(base => applies(base, type))) continue;
      params.set(definition.code, compileParam(definition, type, this.byUrl, this.ports));
    }
    const made = { byCode: params, all: [...params.values()] };
    this.byType.set(type, made);
    return made;
  }
}

function compileParam(
  definition: Definition,
  type: string,
  byUrl: ReadonlyMap<string, Definition>,
  ports: Ports,
): SearchParam {
  const { url, code, base, expression } = definition;
  const dataTypes = isValueType(definition.type) ? valueTypes[definition.type].dataTypes : [];
  const compiled = compileExpression(expression ?? '', type, dataTypes);
  const targets = targetsOf(definition, compiled.refersTo);
  return {
    ...{ url, code, type: definition.type, base, targets },
    ...defined({ expression }),
    key: baseKey(type, code),
    facts: factsOf(definition, type, targets, ports),
    select: computedOf(type, code) ?? compiled.select,
    components: definition.component.map(part => componentOf(part, type, byUrl)),
  };
}

function factsOf(
  { code, type: searchType, expression = '' }: Definition,
  type: string,
  targets: readonly string[],
  ports: Pick<Ports, 'dataTypes'> = {},
): Facts {
  const implicitSystem = implicitSystems[`${type}.${code}`];
  const contact = expression.includes('telecom');
  const paths = searchType === 'token' || searchType === 'string' ? pathsIn(expression, type) : [];
  const overStrings = AS_STRING.test(expression) || paths.some(path => ports.dataTypes?.(path).includes('string'));
  const caseless = searchType === 'token' && overStrings;
  const named = paths.some(path => path.endsWith('.family') || ports.dataTypes?.(path).includes('HumanName'));
  const personName = searchType === 'string' && named;
  return { targets, contact, caseless, personName, ...defined({ implicitSystem }) };
}

/** A choice taken as a string: `value as string`, `value.ofType(string)`, `valueString`. */
const AS_STRING = /\.valueString\b|(?:\bas\s*\(?|\bofType\()\s*(?:FHIR\.)?string\b/;

/** The plain paths among the alternatives of an expression that begin at this type; conditions are left out. */
const pathsIn = (expression: string, type: string): string[] =>
  expression
    .replace(/\.where\([^()]*\)/g, '')
    .split('|')
    .map(path => path.trim())
    .filter(path => path.startsWith(`${type}.`) && /^[\w.]+$/.test(path));

function componentOf(
  part: Definition['component'][number],
  type: string,
  byUrl: ReadonlyMap<string, Definition>,
): Component {
  const definition = byUrl.get(part.definition);
  if (!definition || !isValueType(definition.type)) throw invalid(part.definition, 'is no simple parameter.');
  const { select } = compileExpression(part.expression, type, valueTypes[definition.type].dataTypes);
  return { type: definition.type, facts: factsOf(definition, type, definition.target), select };
}

/**
 * A registry of these SearchParameter resources; components of composites must be among them. Faults: `unprocessable`
 * for one that cannot work.
 */
export function createRegistry(parameters: readonly JsonObject[], ports: Partial<Ports> = {}): SearchRegistry {
  return new Registry(parameters.map(definitionOf), {
    canonicalUnit: createCanonicalUnit(),
    phoneNumber: phoneForm(),
    ...ports,
  });
}
