/**
 * Compiles search expressions to closures over plain JSON: some ten times faster than interpreting FHIRPath. What goes
 * beyond syntax.ts is left to the FHIRPath engine (fhirpath.ts).
 */
import { isObject, type Json, type JsonObject, type Resource } from '../../fhir/resource.js';
import type { Steps } from '../../fhir/steps.js';
import { itemsOf } from '../types/type.js';
import { choiceElements, choiceTypes } from './choices.table.js';
import { compileExtraction } from './fhirpath.js';
import {
  parseExpression,
  unionParts,
  type Expression,
  type Literal,
  type Path,
  type Step,
  type Test,
} from './syntax.js';

/** The values at and below `start`, a resource or (for parts of composites) one of its elements. */
export type Select = (start: JsonObject, resource: Resource, steps?: Steps) => Json[];

export interface Compiled {
  select: Select;
  /** Where every part ends in `where(resolve() is X)`: those types. */
  refersTo: string[] | undefined;
}

type Predicate = (node: Json, resource: Resource) => boolean;

type Move =
  /** `choices`: names the element has where it is a choice. */
  { kind: 'child'; name: string; choices: readonly string[] } | { kind: 'where'; test: Predicate } | { kind: 'first' };

const capitalized = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

const everyChoice = choiceTypes.map(capitalized);

/** A resource is cast by its type, a choice by its name. */
function castOf(before: Move | undefined, type: string): Move[] {
  if (before?.kind !== 'child') return [];
  const name = capitalized(type);
  if (everyChoice.includes(name)) return [{ kind: 'child', name: '', choices: [before.name + name] }];
  return [before, { kind: 'where', test: node => isObject(node) && node['resourceType'] === type }];
}

/** Steps as moves: a cast picks one choice of the child before it. */
function movesOf(steps: readonly Step[], lastTypes: readonly string[]): Move[] {
  const moves: Move[] = [];
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'child') {
      const types = index === steps.length - 1 ? lastTypes : everyChoice;
      const choices = choiceElements.has(step.name) ? types.map(type => step.name + type) : [];
      moves.push({ kind: 'child', name: step.name, choices });
    } else if (step.kind === 'cast') {
      moves.push(...castOf(moves.pop(), step.type));
    } else if (step.kind === 'where') {
      moves.push({ kind: 'where', test: compileTest(step.test) });
    } else moves.push(step);
  }
  return moves;
}

/** The child's value: of its own name, or of the choice that is there. */
function childOf(node: JsonObject, name: string, choices: readonly string[]): Json | undefined {
  const value = name === '' ? undefined : node[name];
  if (value !== undefined) return value;
  for (const choice of choices) if (node[choice] !== undefined) return node[choice];
  return undefined;
}

/** The value of an element that may be a choice of these data types. */
export function choice(node: JsonObject, name: string, dataTypes: readonly string[]): Json | undefined {
  return childOf(
    node,
    name,
    dataTypes.map(type => name + capitalized(type)),
  );
}

function walk(moves: readonly Move[], at: number, node: Json, resource: Resource, found: Json[]): void {
  const move = moves[at];
  if (move === undefined) {
    found.push(node);
  } else if (move.kind === 'where') {
    if (move.test(node, resource)) walk(moves, at + 1, node, resource, found);
  } else if (move.kind === 'child' && isObject(node)) {
    const value = childOf(node, move.name, move.choices);
    if (value === undefined || value === null) return;
    const first = moves[at + 1]?.kind === 'first';
    const next = first ? at + 2 : at + 1;
    if (!Array.isArray(value)) walk(moves, next, value, resource, found);
    else if (first) walk(moves, next, value[0] ?? null, resource, found);
    else for (const item of value) if (item !== null) walk(moves, next, item, resource, found);
  }
}

function compilePath({ fromResource, steps }: Path, lastTypes: readonly string[] = everyChoice): Select {
  const moves = movesOf(steps, lastTypes);
  return (start, resource) => {
    const found: Json[] = [];
    walk(moves, 0, fromResource ? resource : start, resource, found);
    return found;
  };
}

function compileOperand(operand: Path | Literal): Select {
  return operand.kind === 'literal' ? () => [operand.value] : compilePath(operand);
}

/** The type a reference leads to, as far as it can be told without following it. */
function typeOfTarget(reference: Json, resource: Resource): string | undefined {
  if (!isObject(reference)) return undefined;
  const { reference: literal, type } = reference;
  if (typeof literal === 'string' && literal.startsWith('#')) {
    const contained = itemsOf(resource['contained']).find(one => isObject(one) && one['id'] === literal.slice(1));
    return isObject(contained) ? String(contained['resourceType']) : undefined;
  }
  const named =
    typeof literal === 'string' ? /(?:^|\/)([A-Z][A-Za-z]+)\/[^/]+(?:\/_history\/[^/]+)?$/.exec(literal) : undefined;
  return named?.[1] ?? (typeof type === 'string' ? type : undefined);
}

function compileTest(test: Test): Predicate {
  switch (test.kind) {
    case 'exists': {
      const select = compilePath(test.of);
      return (node, resource) => isObject(node) && select(node, resource).length > 0;
    }
    case 'refersTo':
      return (node, resource) => typeOfTarget(node, resource) === test.type;
    case 'both':
    case 'either': {
      const [left, right] = [compileTest(test.left), compileTest(test.right)];
      if (test.kind === 'both') return (node, resource) => left(node, resource) && right(node, resource);
      return (node, resource) => left(node, resource) || right(node, resource);
    }
    case 'compare': {
      const [left, right] = [compileOperand(test.left), compileOperand(test.right)];
      return (node, resource) => {
        if (!isObject(node)) return false;
        const [a, b] = [left(node, resource), right(node, resource)];
        // Of nothing neither equal nor unequal can be said.
        if (a.length === 0 || b.length === 0) return false;
        return (a.length === b.length && a.every((value, at) => value === b[at])) === test.equal;
      };
    }
  }
}

/** Types an expression on a resource may begin with. */
const general = new Set(['Resource', 'DomainResource']);

/** The path without the type it begins with; undefined if that is another type. */
function rooted(path: Path, type: string): Path | undefined {
  const [first, ...rest] = path.steps;
  if (path.fromResource || first?.kind !== 'child' || !/^[A-Z]/.test(first.name)) return path;
  return first.name === type || general.has(first.name) ? { ...path, steps: rest } : undefined;
}

function rootedTest(test: Test, type: string): Test | undefined {
  if (test.kind === 'exists') {
    const of = rooted(test.of, type);
    return of && { ...test, of };
  }
  if (test.kind === 'compare') {
    const left = test.left.kind === 'path' ? rooted(test.left, type) : test.left;
    return left && { ...test, left };
  }
  if (test.kind === 'refersTo') return test;
  const [left, right] = [rootedTest(test.left, type), rootedTest(test.right, type)];
  return left && right && { ...test, left, right };
}

interface Part {
  select: Select;
  refersTo: string | undefined;
}

/** A boolean expression gives its value. */
function compileTree(expression: Expression, type: string, lastTypes: readonly string[]): Part | undefined {
  if (expression.kind === 'literal') return undefined;
  if (expression.kind === 'path') {
    const path = rooted(expression, type);
    const last = expression.steps.at(-1);
    const refersTo = last?.kind === 'where' && last.test.kind === 'refersTo' ? last.test.type : undefined;
    return path && { select: compilePath(path, lastTypes), refersTo };
  }
  const test = rootedTest(expression, type);
  if (!test) return undefined;
  const holds = compileTest(test);
  return { select: (start, resource) => [holds(start, resource)], refersTo: undefined };
}

/** Whether a part that only the FHIRPath engine understands can be about this type. */
function concerns(part: string, type: string): boolean {
  const root = /^\(*([A-Z][A-Za-z]*)\b/.exec(part)?.[1];
  return root === undefined || root === type || general.has(root);
}

/**
 * Compiles an expression for one resource type; parts of a union that are about other types are left out. `dataTypes`
 * are those of interest where the last element is a choice.
 */
export function compileExpression(text: string, type: string, dataTypes: readonly string[]): Compiled {
  const lastTypes = dataTypes.map(capitalized);
  const parts: Part[] = [];
  for (const part of unionParts(text)) {
    const tree = parseExpression(part);
    const compiled = tree ? compileTree(tree, type, lastTypes) : undefined;
    if (compiled) parts.push(compiled);
    else if (!tree && concerns(part, type)) parts.push({ select: compileExtraction(part), refersTo: undefined });
  }
  const types = parts.map(part => part.refersTo);
  const refersTo = types.length > 0 && types.every(one => one !== undefined) ? [...new Set(types)] : undefined;
  const [only] = parts;
  if (parts.length === 1 && only) return { select: only.select, refersTo };
  return {
    select: (start, resource, steps) => parts.flatMap(({ select }) => select(start, resource, steps)),
    refersTo,
  };
}
