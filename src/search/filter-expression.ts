/**
 * `_filter`: comparisons joined by and, or, not and parentheses. https://hl7.org/fhir/R4/search_filter.html
 * Each comparison becomes the search parameter that means the same; `[…]` in paths, `ew` and `po` have none.
 */
import { and, not, or } from './filters.js';
import { badValue, MAX_FILTER_DEPTH, notUnderstood, tooCostly } from './limits.js';
import type { Filter } from './query.js';

const NAME = '_filter';

/** What a comparison is compiled with: the search parameters of the type searched. */
export interface Comparisons {
  compile(name: string, value: string): Filter;
  isString(path: string): boolean;
}

/** A path, an operator, a bare value, a quoted one, or a parenthesis. */
const TOKEN = /\s*(?:([()])|("(?:[^"\\]|\\.)*")|([^\s()"]+))/y;

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  const source = text.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const match = TOKEN.exec(source);
    if (!match) throw badValue(NAME, 'a quotation mark is not closed.');
    tokens.push(match[1] ?? match[2] ?? match[3]!);
  }
  if (tokens.length > 500) throw tooCostly('A _filter may have 500 words at most.');
  return tokens;
}

/** A value as one search value: what separates values has no meaning here. */
function valueOf(token: string): string {
  if (!token.startsWith('"')) return token.replaceAll(',', '\\,');
  try {
    return (JSON.parse(token) as string).replace(/[\\,$]/g, '\\$&');
  } catch {
    throw badValue(NAME, 'a quoted value is not well-formed.');
  }
}

/** Operators that stand for a prefix before the value. */
const prefixes = new Set(['gt', 'lt', 'ge', 'le', 'ap', 'sa', 'eb']);

const modifiers: Readonly<Record<string, string>> = {
  co: 'contains',
  in: 'in',
  ni: 'not-in',
  ss: 'above',
  sb: 'below',
};

class Parser {
  private at = 0;
  private readonly tokens: readonly string[];
  private readonly comparisons: Comparisons;

  constructor(comparisons: Comparisons, tokens: readonly string[]) {
    this.tokens = tokens;
    this.comparisons = comparisons;
  }

  whole(): Filter {
    const filter = this.either(0);
    if (this.at < this.tokens.length) throw badValue(NAME, 'the expression goes on behind its end.');
    return filter;
  }

  private next(): string {
    const token = this.tokens[this.at++];
    if (token === undefined) throw badValue(NAME, 'the expression ends too early.');
    return token;
  }

  private take(token: string): boolean {
    const taken = this.tokens[this.at] === token;
    if (taken) this.at++;
    return taken;
  }

  private either(depth: number): Filter {
    const parts = [this.both(depth)];
    while (this.take('or')) parts.push(this.both(depth));
    return or(parts);
  }

  private both(depth: number): Filter {
    const parts = [this.single(depth)];
    while (this.take('and')) parts.push(this.single(depth));
    return and(parts);
  }

  private single(depth: number): Filter {
    if (depth > MAX_FILTER_DEPTH) throw tooCostly(`A _filter may be nested ${MAX_FILTER_DEPTH} deep at most.`);
    if (this.take('not')) return not(this.single(depth + 1));
    if (!this.take('(')) return this.comparison();
    const inner = this.either(depth + 1);
    if (!this.take(')')) throw badValue(NAME, 'a parenthesis is not closed.');
    return inner;
  }

  /** Strings are equal when they are so to the letter; of other types equality is what they have without modifier. */
  private equalTo(path: string): string {
    return this.comparisons.isString(path) ? `${path}:exact` : path;
  }

  private comparison(): Filter {
    const path = this.next();
    const operator = this.next();
    const value = valueOf(this.next());
    const compile = (name: string, value: string) => this.comparisons.compile(name, value);
    if (path.startsWith('_filter')) throw notUnderstood(NAME, 'it cannot stand in itself.');
    if (operator === 'pr')
      return compile(`${path}:missing`, value === 'true' ? 'false' : value === 'false' ? 'true' : value);
    if (operator === 'eq' || operator === 're') return compile(this.equalTo(path), value);
    if (operator === 'ne') return not(compile(this.equalTo(path), value));
    if (operator === 'sw' && this.comparisons.isString(path)) return compile(path, value);
    if (prefixes.has(operator)) return compile(path, operator + value);
    const modifier = Object.hasOwn(modifiers, operator) ? modifiers[operator] : undefined;
    if (modifier === undefined) throw notUnderstood(NAME, `the operator '${operator.slice(0, 10)}' is not supported.`);
    return compile(`${path}:${modifier}`, value);
  }
}

/** The filter a `_filter` value stands for. Faults: `invalid`, `too-costly`. */
export function compileFilterExpression(comparisons: Comparisons, value: string): Filter {
  return new Parser(comparisons, tokenize(value)).whole();
}
