/**
 * `_filter`: comparisons joined by and, or, not and parentheses. https://hl7.org/fhir/R4/search_filter.html
 * What they mean is in filter-operator.ts; `[…]` in paths is not supported.
 */
import { and, not, or } from './filters.js';
import { badValue, MAX_FILTER_DEPTH, tooCostly } from './limits.js';
import type { Filter } from './query.js';

const NAME = '_filter';

/** Compiles one comparison on the type searched; the path may be a chain. */
export type Compare = (path: string, operator: string, value: string) => Filter;

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

class Parser {
  private at = 0;
  private readonly tokens: readonly string[];
  private readonly compare: Compare;

  constructor(compare: Compare, tokens: readonly string[]) {
    this.tokens = tokens;
    this.compare = compare;
  }

  whole(): Filter {
    const filter = this.joined(0);
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

  /** From left to right: neither `and` nor `or` binds closer. */
  private joined(depth: number): Filter {
    let filter = this.single(depth);
    for (;;) {
      if (this.take('and')) filter = and([filter, this.single(depth)]);
      else if (this.take('or')) filter = or([filter, this.single(depth)]);
      else return filter;
    }
  }

  private single(depth: number): Filter {
    if (depth > MAX_FILTER_DEPTH) throw tooCostly(`A _filter may be nested ${MAX_FILTER_DEPTH} deep at most.`);
    if (this.take('not')) return not(this.single(depth + 1));
    if (!this.take('(')) return this.comparison();
    const inner = this.joined(depth + 1);
    if (!this.take(')')) throw badValue(NAME, 'a parenthesis is not closed.');
    return inner;
  }

  private comparison(): Filter {
    const path = this.next();
    const operator = this.next();
    return this.compare(path, operator, valueOf(this.next()));
  }
}

/** The filter a `_filter` value stands for. Faults: `invalid`, `too-costly`. */
export function compileFilterExpression(compare: Compare, value: string): Filter {
  return new Parser(compare, tokenize(value)).whole();
}
