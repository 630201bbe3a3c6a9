/**
 * Whether an expression's cost grows no faster than the value it is evaluated on, told by its form: for expressions that
 * come from outside, which the engine could not be stopped in. https://hl7.org/fhirpath/#functions
 */
import { parseFhirPath } from './fhirpath.js';

/** Functions that look at each item once. Without those that walk the tree again, and without regular expressions. */
const linear = new Set([
  ...['empty', 'exists', 'all', 'allTrue', 'anyTrue', 'allFalse', 'anyFalse', 'not', 'count', 'isDistinct', 'distinct'],
  ...['where', 'select', 'ofType', 'as', 'is', 'single', 'first', 'last', 'tail', 'skip', 'take', 'union', 'iif'],
  ...['hasValue', 'extension', 'children', 'today', 'now', 'trace'],
  ...['startsWith', 'endsWith', 'contains', 'indexOf', 'substring', 'upper', 'lower', 'length', 'toChars'],
  ...['toString', 'toInteger', 'toDecimal', 'toBoolean', 'toDate', 'toDateTime', 'toTime', 'toQuantity'],
  ...['convertsToInteger', 'convertsToDecimal', 'convertsToDate', 'convertsToDateTime', 'convertsToQuantity'],
]);

interface Node {
  type: string;
  text?: string;
  children?: Node[];
}

/** False also for text that is no FHIRPath. `%resource` and its like would look at the whole again for each element. */
export function isLinear(expression: string): boolean {
  const tree = parseFhirPath(expression) as Node | undefined;
  return tree !== undefined && isLinearNode(tree);
}

function isLinearNode({ type, text = '', children = [] }: Node): boolean {
  if (type === 'ExternalConstantTerm') return false;
  if (type === 'Functn' && !linear.has(text)) return false;
  return children.every(isLinearNode);
}
