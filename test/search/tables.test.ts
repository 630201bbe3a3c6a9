/** The tables of data in src/search against HL7's definitions. */
import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/fhir/resource.js';
import { choiceElements, choiceTypes } from '../../src/search/expression/choices.table.js';
import { parseExpression, unionParts, type Expression } from '../../src/search/expression/syntax.js';
import { instantElements } from '../../src/search/instant-elements.table.js';
import { implicitSystems } from '../../src/search/implicit-system.table.js';
import { mainDates } from '../../src/search/main-date.table.js';
import { definitions, registry, searchParameters } from './searching.js';

interface ElementDefinition {
  path: string;
  type?: { code: string }[];
  contentReference?: string;
  binding?: { valueSet?: string };
}

const structures = definitions('StructureDefinition').filter(one => one['derivation'] !== 'constraint');
const elements = new Map<string, ElementDefinition>();
for (const { snapshot } of structures) {
  const list = (snapshot as JsonObject | undefined)?.['element'] as unknown as ElementDefinition[] | undefined;
  for (const element of list ?? []) elements.set(element.path, element);
}
const resourceTypes = structures
  .filter(one => one['kind'] === 'resource' && !one['abstract'])
  .map(one => one['name'] as string);

/** The element a path of names leads to from a type. */
function elementAt(type: string, names: readonly string[]): ElementDefinition | undefined {
  let within = type;
  let element: ElementDefinition | undefined;
  for (const name of names) {
    element = elements.get(`${within}.${name}`) ?? elements.get(`${within}.${name}[x]`);
    if (!element) return undefined;
    const code = element.type?.[0]?.code ?? '';
    const inPlace = code === 'BackboneElement' || code === 'Element';
    within = element.contentReference?.slice(1) ?? (inPlace ? element.path : code);
  }
  return element;
}

const upper = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

function namesOf(expression: Expression): string[] {
  return expression.kind === 'path' ? expression.steps.flatMap(step => (step.kind === 'child' ? [step.name] : [])) : [];
}

describe('search tables', () => {
  it('instants are the elements HL7 defines as such', () => {
    const defined: Record<string, string[]> = {};
    for (const { path, type = [] } of elements.values()) {
      const [resource = '', name, ...below] = path.split('.');
      if (name === undefined || below.length > 0 || !resourceTypes.includes(resource)) continue;
      if (!type.some(({ code }) => code === 'instant')) continue;
      (defined[resource] ??= []).push(name.replace('[x]', 'Instant'));
    }
    assert.deepEqual(instantElements, defined);
  });

  it('main dates are elements, and their parameters are on them alone', () => {
    for (const [type, { element, param }] of Object.entries(mainDates)) {
      assert.ok(
        elementAt(type, [element]) ?? elements.get(`${type}.${element.replace(/DateTime$/, '')}[x]`),
        `${type}.${element}`,
      );
      if (param === '') continue;
      const { expression, type: kind } = registry.get(type, param) ?? {};
      assert.equal(kind, 'date', `${type} ${param}`);
      const paths = unionParts(expression ?? '').filter(part => part.replace('(', '').startsWith(`${type}.`));
      for (const path of paths)
        assert.equal(namesOf(parseExpression(path)!).slice(1).join('.'), element, `${type} ${param}`);
    }
  });

  it('choice elements are those of the definitions', () => {
    const names = [...elements.keys()]
      .filter(path => path.endsWith('[x]'))
      .map(path => path.split('.').at(-1)!.slice(0, -3));
    assert.deepEqual([...choiceElements].sort(), [...new Set(names)].sort());
    const types = [...elements.values()]
      .filter(({ path }) => path.endsWith('[x]'))
      .flatMap(({ type = [] }) => type.map(one => one.code));
    for (const type of types) assert.ok(choiceTypes.includes(type), type);
  });

  it('no search path takes a plain element for a choice of its neighbor', () => {
    const suffixes = choiceTypes.map(upper);
    for (const { expression } of searchParameters) {
      for (const part of unionParts(String(expression ?? ''))) {
        const [type = '', ...names] = namesOf(parseExpression(part) ?? { kind: 'literal', value: '' });
        for (let end = 1; end <= names.length; end++) {
          const element = elementAt(type, names.slice(0, end));
          const name = names[end - 1]!;
          if (!element || element.path.endsWith('[x]') || !choiceElements.has(name)) continue;
          const parent = element.path.slice(0, element.path.lastIndexOf('.'));
          for (const suffix of suffixes) assert.ok(!elements.has(`${parent}.${name}${suffix}`), element.path + suffix);
        }
      }
    }
  });

  it('implied code systems are those of required bindings to value sets of one system', () => {
    const valueSets = new Map(definitions('ValueSet').map(one => [one['url'] as string, one]));
    const systemsOf = (element: ElementDefinition): unknown[] => {
      const compose = valueSets.get(element.binding?.valueSet?.split('|')[0] ?? '')?.['compose'] as
        JsonObject | undefined;
      return ((compose?.['include'] ?? []) as JsonObject[]).map(include => include['system']);
    };
    const expected = new Map<string, unknown>();
    for (const { type, code, base, expression } of searchParameters) {
      for (const owner of type === 'token' ? resourceTypes.filter(one => (base as string[]).includes(one)) : []) {
        const paths = unionParts(String(expression)).filter(
          part => /^\w+(\.\w+)+$/.test(part) && part.startsWith(`${owner}.`),
        );
        const codes = paths
          .flatMap(path => elementAt(owner, path.split('.').slice(1)) ?? [])
          .filter(one => one.type?.[0]?.code === 'code');
        const systems = new Set(codes.flatMap(systemsOf));
        if (systems.size === 1 && !systems.has(undefined)) expected.set(`${owner}.${String(code)}`, [...systems][0]);
      }
    }
    assert.deepEqual(
      Object.fromEntries([...expected].sort()),
      Object.fromEntries(Object.entries(implicitSystems).sort()),
    );
  });

  it('every R4 expression is within what is compiled', () => {
    for (const { code, expression } of searchParameters) {
      for (const part of unionParts(String(expression ?? '')))
        assert.ok(parseExpression(part), `${String(code)}: ${part}`);
    }
  });
});
