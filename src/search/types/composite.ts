/**
 * Composite search: values that occur together in one element, indexed as one entry for each combination, so that parts
 * of different elements never mix. https://hl7.org/fhir/R4/search.html#composite
 */
import type { Json, JsonObject, Resource } from '../../fhir/resource.js';
import type { Steps } from '../../fhir/steps.js';
import { splitEscaped } from '../escape.js';
import type { Select } from '../expression/compile.js';
import { compositeForm } from '../keys.js';
import { badValue, MAX_ENTRIES, MAX_VALUES, tooCostly, tooManyValues } from '../limits.js';
import { valueTypes, type ValueTypeName } from './index.js';
import type { ExtractContext, Facts, Sink, Term, TermContext } from './type.js';

export interface Component {
  type: ValueTypeName;
  facts: Facts;
  /** Values of the component within an element of the composite. */
  select: Select;
}

type Shared = Omit<ExtractContext, 'facts'> & {
  /** For the expressions of components. */
  steps: Steps;
};

/** One entry of one component: a posting, or a range or text with its value. */
interface Entry {
  suffix: string;
  range?: { lo: number; hi: number };
  text?: string;
}

const isOrdered = ({ type }: Component): boolean => type === 'date' || type === 'number' || type === 'quantity';

/** Beside ordered values, of which there are most, whole systems would add half as many entries again: left out. */
const takesSystems = (components: readonly Component[]): boolean => !components.some(isOrdered);

/** Of a token or quantity of any code in its system. */
const isSystem = (suffix: string): boolean => suffix.endsWith('|');

/** Keeps the entries that serve a component: ranges of ordered types, texts of strings, postings of the rest. */
function entriesOf(component: Component, values: readonly Json[], shared: Shared, systems: boolean): Entry[] {
  const { type, facts } = component;
  const entries: Entry[] = [];
  const ordered = isOrdered(component);
  const wanted = (suffix: string): boolean => systems || !isSystem(suffix);
  const sink: Sink = {
    posting: suffix => !ordered && type !== 'string' && wanted(suffix) && entries.push({ suffix }),
    range: (suffix, lo, hi) => ordered && wanted(suffix) && entries.push({ suffix, range: { lo, hi } }),
    text: (suffix, text) => type === 'string' && suffix === '' && entries.push({ suffix, text }),
  };
  for (const value of values) valueTypes[type].extract(value, sink, { ...shared, facts });
  return entries;
}

/** Every way to take one of each. */
function combinations<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((made, list) => made.flatMap(head => list.map(item => [...head, item])), [[]]);
}

const countOf = (lists: readonly (readonly unknown[])[]): number =>
  lists.reduce((count, list) => count * list.length, 1);

/** Indexes one element of a composite; whether it has all components. */
export function extractComposite(
  element: JsonObject,
  resource: Resource,
  components: readonly Component[],
  sink: Sink,
  shared: Shared,
): boolean {
  const values = components.map(({ select }) => select(element, resource, shared.steps));
  if (values.some(found => found.length === 0)) return false;
  const systems = takesSystems(components);
  const lists = components.map((component, at) => entriesOf(component, values[at]!, shared, systems));
  if (lists.some(list => list.length === 0)) return false;
  if (countOf(lists) > MAX_ENTRIES) throw tooManyValues();
  for (const entries of combinations(lists)) {
    const suffix = compositeForm(entries.map(entry => entry.suffix));
    const [range, second] = entries.flatMap(entry => entry.range ?? []);
    const text = entries.find(entry => entry.text !== undefined)?.text;
    if (range) sink.range(suffix, range.lo, range.hi, second);
    else if (text !== undefined) sink.text(suffix, text);
    else sink.posting(suffix);
  }
  return true;
}

function joined(terms: readonly Term[]): Term {
  const suffix = compositeForm(terms.map(term => term.suffix));
  const [test, second] = terms.flatMap(term => (term.kind === 'range' ? term.test : []));
  if (test) return { kind: 'range', suffix, test, ...(second && { second }) };
  const text = terms.find(term => term.kind === 'text');
  return text ? { ...text, suffix } : { kind: 'posting', suffix };
}

/** The conditions of which one must hold, for a value such as `8480-6$gt140`. Faults: `invalid`, `too-costly`. */
export function compositeTerms(
  value: string,
  components: readonly Component[],
  context: Omit<TermContext, 'facts'>,
): Term[] {
  const parts = splitEscaped(value, '$');
  if (parts.length !== components.length || parts.includes('')) {
    throw badValue(context.name, `the value must have ${components.length} parts joined by '$'.`);
  }
  const terms = components.map(({ type, facts }, at) =>
    valueTypes[type].terms(parts[at]!, undefined, { ...context, facts }),
  );
  if (!takesSystems(components) && terms.flat().some(({ suffix }) => isSystem(suffix))) {
    throw badValue(context.name, 'a system in it needs a code.');
  }
  if (countOf(terms) > MAX_VALUES) throw tooCostly('A composite value stands for too many.');
  return combinations(terms).map(joined);
}
