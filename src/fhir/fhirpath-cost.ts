/**
 * What an expression from outside costs: its form says which functions it may call and how dear each result is; the engine
 * counts while it evaluates. https://hl7.org/fhirpath/#functions
 */
import { isObject } from './resource.js';
import type { Steps } from './steps.js';

/** A node of the engine's syntax tree. */
export interface Node {
  type: string;
  text?: string;
  children?: Node[];
}

/** Functions that look at each item once. Without those that walk the tree again, and without regular expressions. */
const linear = new Set([
  ...['empty', 'exists', 'all', 'allTrue', 'anyTrue', 'allFalse', 'anyFalse', 'not', 'count', 'isDistinct', 'distinct'],
  ...['where', 'select', 'ofType', 'as', 'is', 'single', 'first', 'last', 'tail', 'skip', 'take', 'union', 'iif'],
  ...['hasValue', 'extension', 'children', 'today', 'now', 'trace'],
  ...['startsWith', 'endsWith', 'contains', 'indexOf', 'substring', 'upper', 'lower', 'length', 'toChars'],
  ...['toString', 'toInteger', 'toDecimal', 'toBoolean', 'toDate', 'toDateTime', 'toTime', 'toQuantity'],
  ...['convertsToInteger', 'convertsToDecimal', 'convertsToDate', 'convertsToDateTime', 'convertsToQuantity'],
]);

/**
 * False where an expression calls another function. `%resource` and its like would look at the whole again for each element:
 * only the constants named may be in it.
 */
export function isLinearTree({ type, text = '', children = [] }: Node, constants: readonly string[] = []): boolean {
  if (type === 'ExternalConstantTerm' && !constants.includes(text)) return false;
  if (type === 'Functn' && !linear.has(text)) return false;
  return children.every(child => isLinearTree(child, constants));
}

/** Compare each item with each other one. */
const pairing = new Set([
  'union',
  'distinct',
  'isDistinct',
  'intersect',
  'exclude',
  'subsetOf',
  'supersetOf',
  'repeat',
]);
/** Read whole texts, or make new ones. */
const textual = new Set(['startsWith', 'endsWith', 'contains', 'indexOf', 'substring', 'upper', 'lower', 'toChars']);

/** Which results of an expression cost more than a step for each item. */
interface Dear {
  pairs: boolean;
  compares: boolean;
  texts: boolean;
  /** Characters of the expression. */
  length: number;
}

function dearIn(tree: Node, length: number): Dear {
  const dear: Dear = { pairs: false, compares: false, texts: false, length };
  const look = ({ type, text = '', children = [] }: Node): void => {
    dear.pairs ||= type === 'UnionExpression' || (type === 'Functn' && pairing.has(text));
    dear.compares ||= type === 'EqualityExpression' || type === 'MembershipExpression';
    dear.texts ||= type === 'AdditiveExpression' || (type === 'Functn' && textual.has(text));
    for (const child of children) look(child);
  };
  look(tree);
  return dear;
}

/** Steps of a value of the engine's own, such as a quantity whose unit is converted to be compared. */
const CONVERTED = 20;

/** What the engine calls after each node it has evaluated. */
export type Counter = (context: unknown, input: unknown, result: unknown) => void;

/** Takes the steps of every node's result, and throws in the middle of an evaluation that takes too many. */
export function counterOf(tree: Node, length: number): (steps: Steps) => Counter {
  const dear = dearIn(tree, length);
  const costOf = (item: unknown): number => {
    const data = isNode(item) ? item.data : item;
    // A search for a text compares it at every place of another, at worst.
    if (typeof data === 'string') return dear.texts ? (data.length * dear.length) / 2000 : 0;
    if (typeof data !== 'object' || !(dear.pairs || dear.compares)) return 0;
    return data === item ? CONVERTED : sizeOf(data) / (dear.pairs ? 4 : 32);
  };
  return steps => (_context, _input, result) => {
    if (!Array.isArray(result)) return steps.take(1);
    steps.take(1 + result.length + (dear.pairs ? result.length ** 2 / 64 : 0));
    if (dear.texts || dear.pairs || dear.compares) for (const item of result) steps.take(costOf(item));
  };
}

const isNode = (item: unknown): item is { data: unknown } =>
  typeof item === 'object' && item !== null && 'data' in item;

/** How many values are in a value: so much it costs to compare it. */
function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + sizeOf(item), 1);
  return isObject(value) ? sizeOf(Object.values(value)) : 1;
}
