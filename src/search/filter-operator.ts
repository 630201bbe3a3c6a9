/** What one comparison of a `_filter` means for a parameter of each type. https://hl7.org/fhir/R4/search_filter.html#ops */
import { unescape } from './escape.js';
import { and, not, or } from './filters.js';
import { VERBATIM } from './keys.js';
import { badValue, checkPart, notUnderstood } from './limits.js';
import type { Filter, RangeTest, TextMatch } from './query.js';
import type { SearchParam } from './registry.js';
import { dateTest } from './types/date.js';
import { normalize } from './types/string.js';

const NAME = '_filter';

/** What a comparison is made of. */
export interface Comparison {
  param: SearchParam;
  operator: string;
  /** One search value: the separator of several is escaped in it. */
  value: string;
  /** The parameter searched as a URL does, with a modifier or without. */
  search: (value: string, modifier?: string) => Filter;
}

/** Names that stand for systems here, and here alone. */
const systems: Readonly<Record<string, string>> = {
  loinc: 'http://loinc.org',
  snomed: 'http://snomed.info/sct',
  rxnorm: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  ucum: 'http://unitsofmeasure.org',
};

const withSystems = (value: string): string =>
  value.replace(
    /(^|[|$])(loinc|snomed|rxnorm|ucum)(?=\|)/g,
    (_, start: string, name: string) => start + systems[name]!,
  );

const texts: Readonly<Record<string, TextMatch>> = {
  co: 'contains',
  sw: 'prefix',
  ew: 'suffix',
  gt: 'after',
  lt: 'before',
};

/** Strings are compared without regard to case and accents, URIs to the letter. */
function ofText({ param, operator, value }: Comparison): Filter | undefined {
  const plain = unescape(value);
  const [key, wanted] = param.type === 'uri' ? [param.key + VERBATIM, plain] : [param.key, normalize(plain)];
  if (wanted === '') throw badValue(NAME, 'there is nothing to search for in this value.');
  const test = (match: TextMatch): Filter => ({ kind: 'text', key, match, value: wanted });
  if (operator === 'eq') return test('equals');
  if (operator === 'ge' || operator === 'le') return or([test(operator === 'ge' ? 'after' : 'before'), test('equals')]);
  const match = Object.hasOwn(texts, operator) ? texts[operator] : undefined;
  if (match === 'contains' || match === 'suffix') checkPart(wanted);
  return match && test(match);
}

const prefixes = new Set(['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'ap', 'sa', 'eb']);

function ofRange({ param, operator, value, search }: Comparison): Filter | undefined {
  if (prefixes.has(operator)) return search(operator + withSystems(value));
  if (param.type !== 'date' || (operator !== 'po' && operator !== 'co')) return undefined;
  const { lo, hi } = dateTest(NAME, value, 0);
  const test = (range: RangeTest): Filter =>
    param.code === '_lastUpdated' ? { kind: 'updated', test: range } : { kind: 'range', key: param.key, test: range };
  if (operator === 'po') return test({ op: 'ap', lo, hi });
  // The stored period goes from `lo` or before to `hi` or behind, to the millisecond.
  return test({ op: 'ap', lo: Math.floor(hi), hi: lo });
}

/** What the value subsumes lies below it. */
const modifiers: Readonly<Record<string, string>> = { in: 'in', ni: 'not-in', ss: 'below', sb: 'above' };

function ofToken({ operator, value, search }: Comparison): Filter | undefined {
  if (operator === 'eq') return search(withSystems(value));
  const modifier = Object.hasOwn(modifiers, operator) ? modifiers[operator] : undefined;
  return modifier === undefined ? undefined : search(withSystems(value), modifier);
}

function positive(comparison: Comparison): Filter | undefined {
  const { param, operator, value, search } = comparison;
  switch (param.type) {
    case 'string':
    case 'uri':
      return ofText(comparison);
    case 'date':
    case 'number':
    case 'quantity':
      return ofRange(comparison);
    case 'token':
      return ofToken(comparison);
    case 'reference':
      return operator === 'eq' || operator === 're' ? search(value) : undefined;
    case 'composite':
    case 'special':
    case 'near':
      return operator === 'eq' ? search(withSystems(value)) : undefined;
  }
}

/** Present or not: `pr true`, `pr false`. */
function presence({ value, search }: Comparison): Filter {
  if (value !== 'true' && value !== 'false') throw badValue(NAME, "'pr' is true or false.");
  return search(value === 'true' ? 'false' : 'true', 'missing');
}

/** The condition a comparison stands for. Faults: `invalid`, of code `not-supported` for an operator the type has not. */
export function comparisonFilter(comparison: Comparison): Filter {
  const { operator, search } = comparison;
  if (operator === 'pr') return presence(comparison);
  const filter = positive(comparison);
  if (filter) return filter;
  const equal = operator === 'ne' ? positive({ ...comparison, operator: 'eq' }) : undefined;
  if (equal) return and([search('false', 'missing'), not(equal)]);
  throw notUnderstood(NAME, `the operator '${operator.slice(0, 10)}' is not supported for '${comparison.param.code}'.`);
}
