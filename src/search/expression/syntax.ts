/**
 * The part of FHIRPath that search parameters are written in, as a tree: paths, `as`, `where`, `exists`, comparisons.
 * https://hl7.org/fhirpath/N1/, https://hl7.org/fhir/R4/searchparameter-definitions.html#SearchParameter.expression
 */

export type Step =
  | { kind: 'child'; name: string }
  /** `as(T)`, `ofType(T)`, `X as T`. */
  | { kind: 'cast'; type: string }
  | { kind: 'where'; test: Test }
  | { kind: 'first' };

export interface Path {
  kind: 'path';
  /** `%resource.…` instead of the element the expression starts at. */
  fromResource: boolean;
  steps: Step[];
}

export interface Literal {
  kind: 'literal';
  value: string | number | boolean;
}

/** Anything that is true or false. */
export type Test =
  | { kind: 'exists'; of: Path }
  | { kind: 'compare'; equal: boolean; left: Path | Literal; right: Path | Literal }
  /** `resolve() is Patient` */
  | { kind: 'refersTo'; type: string }
  | { kind: 'both' | 'either'; left: Test; right: Test };

export type Expression = Path | Literal | Test;

const TOKEN = /\s*(?:([A-Za-z_]\w*)|'([^'\\]*)'|(\d+(?:\.\d+)?)|(%resource\b)|(!=|[.()[\]=]))/y;

interface Token {
  kind: 'name' | 'string' | 'number' | 'resource' | 'mark';
  text: string;
}

/** Signals that an expression goes beyond this part of FHIRPath. */
class Beyond extends Error {}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const source = text.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const match = TOKEN.exec(source);
    if (!match) throw new Beyond();
    const kinds = ['name', 'string', 'number', 'resource', 'mark'] as const;
    const index = kinds.findIndex((_, at) => match[at + 1] !== undefined);
    tokens.push({ kind: kinds[index]!, text: match[index + 1]! });
  }
  return tokens;
}

class Parser {
  private at = 0;
  /** How many `where` the parser is inside of. */
  private conditions = 0;
  private readonly tokens: Token[];

  constructor(tokens: Token[]) {
    this.tokens = tokens;
  }

  whole(): Expression {
    const expression = this.either();
    if (this.at < this.tokens.length) throw new Beyond();
    return expression;
  }

  private take(text: string): boolean {
    const token = this.tokens[this.at];
    const taken = token?.text === text && (token.kind === 'mark' || token.kind === 'name');
    if (taken) this.at++;
    return taken;
  }

  private expect(text: string): void {
    if (!this.take(text)) throw new Beyond();
  }

  private name(): string {
    const token = this.tokens[this.at++];
    if (token?.kind !== 'name') throw new Beyond();
    return token.text;
  }

  /** A type name, `FHIR.` or `System.` left out. */
  private type(): string {
    const name = this.name();
    return (name === 'FHIR' || name === 'System') && this.take('.') ? this.name() : name;
  }

  private either(): Expression {
    let left = this.both();
    while (this.take('or')) left = { kind: 'either', left: asTest(left), right: asTest(this.both()) };
    return left;
  }

  private both(): Expression {
    let left = this.comparison();
    while (this.take('and')) left = { kind: 'both', left: asTest(left), right: asTest(this.comparison()) };
    return left;
  }

  private comparison(): Expression {
    const left = this.typed();
    const equal = this.take('=');
    if (!equal && !this.take('!=')) return left;
    return { kind: 'compare', equal, left: asOperand(left), right: asOperand(this.typed()) };
  }

  private typed(): Expression {
    const start = this.at;
    if (this.take('resolve') && this.take('(') && this.take(')') && this.take('is')) {
      return { kind: 'refersTo', type: this.type() };
    }
    this.at = start;
    const value = this.postfix(this.primary());
    if (!this.take('as')) return value;
    return cast(asPath(value), this.type());
  }

  private primary(): Expression {
    if (this.take('(')) {
      const inner = this.either();
      this.expect(')');
      return inner;
    }
    const token = this.tokens[this.at];
    if (token?.kind === 'string' || token?.kind === 'number') {
      this.at++;
      return { kind: 'literal', value: token.kind === 'number' ? Number(token.text) : token.text };
    }
    if (this.take('true')) return { kind: 'literal', value: true };
    if (this.take('false')) return { kind: 'literal', value: false };
    // Beside every element again, the whole resource would be looked at.
    if (token?.kind === 'resource' && this.conditions > 0) throw new Beyond();
    if (token?.kind === 'resource') {
      this.at++;
      return { kind: 'path', fromResource: true, steps: [] };
    }
    return this.step({ kind: 'path', fromResource: false, steps: [] });
  }

  private postfix(start: Expression): Expression {
    let value = start;
    for (;;) {
      if (this.take('.')) value = this.step(asPath(value));
      else if (this.take('[')) {
        // The first of each parent's is the first of all only directly below the resource.
        if (this.tokens[this.at++]?.text !== '0' || asPath(value).steps.length !== 2) throw new Beyond();
        this.expect(']');
        value = extend(asPath(value), { kind: 'first' });
      } else return value;
    }
  }

  private step(path: Path): Expression {
    const name = this.name();
    if (!this.take('(')) return extend(path, { kind: 'child', name });
    const value = this.call(path, name);
    this.expect(')');
    return value;
  }

  private condition(): Test {
    this.conditions++;
    const test = asTest(this.either());
    this.conditions--;
    return test;
  }

  private call(path: Path, name: string): Expression {
    if (name === 'as' || name === 'ofType') return cast(path, this.type());
    if (name === 'where') return extend(path, { kind: 'where', test: this.condition() });
    if (name === 'exists') return { kind: 'exists', of: path };
    if (name !== 'extension') throw new Beyond();
    const url = this.tokens[this.at++];
    if (url?.kind !== 'string') throw new Beyond();
    const left: Path = { kind: 'path', fromResource: false, steps: [{ kind: 'child', name: 'url' }] };
    const right: Literal = { kind: 'literal', value: url.text };
    const test: Test = { kind: 'compare', equal: true, left, right };
    return extend(extend(path, { kind: 'child', name: 'extension' }), { kind: 'where', test });
  }
}

const extend = (path: Path, step: Step): Path => ({ ...path, steps: [...path.steps, step] });

/** A cast chooses among the forms of one element. */
function cast(path: Path, type: string): Path {
  if (path.steps.at(-1)?.kind !== 'child') throw new Beyond();
  return extend(path, { kind: 'cast', type });
}

function asPath(expression: Expression): Path {
  if (expression.kind !== 'path') throw new Beyond();
  return expression;
}

function asOperand(expression: Expression): Path | Literal {
  return expression.kind === 'literal' ? expression : asPath(expression);
}

function asTest(expression: Expression): Test {
  if (expression.kind === 'literal') throw new Beyond();
  // A lone path as a condition is a boolean element.
  if (expression.kind === 'path') {
    return { kind: 'compare', equal: true, left: expression, right: { kind: 'literal', value: true } };
  }
  return expression;
}

/** The tree of an expression; undefined if it goes beyond this part of FHIRPath. */
export function parseExpression(text: string): Expression | undefined {
  try {
    return new Parser(tokenize(text)).whole();
  } catch (error) {
    if (error instanceof Beyond) return undefined;
    throw error;
  }
}

/** The parts of a union: split at `|` outside parentheses and strings. */
export function unionParts(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "'") quoted = !quoted;
    else if (quoted) continue;
    else if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === '|' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)].map(part => part.trim()).filter(part => part !== '');
}
