/**
 * Templates that administrators write: Liquid with a few tags and filters, no files, no inherited properties, and limits on
 * length, time, memory and output. https://liquidjs.com
 */
import { Liquid, type Template } from 'liquidjs';
import { dayIn, initialOf } from './pieces.js';

export type Scope = Readonly<Record<string, string>>;

/** What is wrong with a template. */
export interface TemplateFault {
  readonly message: string;
  /** From 1. */
  readonly line: number;
}

export interface CompiledTemplate {
  /** Throws where a parameter is missing, and beyond the limits. */
  readonly render: (scope: Scope) => string;
  /** The parameters that it shows, each with the line where it first stands. */
  readonly shows: ReadonlyMap<string, number>;
}

/** Characters of a template, and of what it renders. */
export const LONGEST_TEMPLATE = 20_000;
const LONGEST_OUTPUT = 100_000;

const LIMITS = {
  parseLimit: LONGEST_TEMPLATE,
  /** Milliseconds: without loops, length and memory end a template long before. */
  renderLimit: 1000,
  memoryLimit: 200_000,
};

/** No loops, no files, and nothing that leaves a value unescaped. */
const TAGS = new Set(['if', 'unless', 'case', 'assign', 'comment']);
const FILTERS = new Set(['append', 'capitalize', 'default', 'downcase', 'prepend', 'strip', 'truncate', 'upcase']);

const plain = createEngine({});
const markup = createEngine({ outputEscape: 'escape' });

/** Adds the filters `day`, an instant as a date in the reader's language, and `initial`, of a given name. */
function createEngine(options: { outputEscape?: 'escape' }): Liquid {
  const safe = { ownPropertyOnly: true, strictVariables: true, strictFilters: true, templates: {} };
  const engine = new Liquid({ ...safe, ...LIMITS, ...options });
  keepOnly(engine.tags, TAGS);
  keepOnly(engine.filters, FILTERS);
  engine.registerFilter('initial', (given: unknown) => initialOf(String(given)));
  engine.registerFilter('day', function (this: { context: { getSync(path: string[]): unknown } }, at: unknown) {
    const shown = (name: string): string => String(this.context.getSync([name]));
    return dayIn(shown('language'), String(at), shown('zone'));
  });
  return engine;
}

function keepOnly(registered: object, names: ReadonlySet<string>): void {
  for (const name of Object.keys(registered).filter(one => !names.has(one))) Reflect.deleteProperty(registered, name);
}

/** @param form of what it renders: `html` escapes every value */
export function compileTemplate(source: string, form: 'text' | 'html'): CompiledTemplate | TemplateFault {
  const engine = form === 'html' ? markup : plain;
  try {
    const templates = engine.parse(source);
    return { shows: shownBy(engine, templates), render: scope => rendered(engine, templates, scope) };
  } catch (error) {
    return templateFault(error);
  }
}

function shownBy(engine: Liquid, templates: Template[]): Map<string, number> {
  const { globals } = engine.analyzeSync(templates, { partials: false });
  const found = Object.values(globals).flat();
  return new Map(found.map(variable => [String(variable), variable.location.row] as const).reverse());
}

function rendered(engine: Liquid, templates: Template[], scope: Scope): string {
  const text = String(engine.renderSync(templates, scope));
  if (text.length > LONGEST_OUTPUT) throw new Error(`it renders more than ${LONGEST_OUTPUT} characters`);
  return text;
}

/** The package's errors begin with one line about the template, and tell its place. */
export function templateFault(error: unknown): TemplateFault {
  const { message, token } = error as Error & { token?: { getPosition(): number[] } };
  const [first = ''] = message.split('\n');
  return { message: first.replace(/, line:\d+, col:\d+$/, ''), line: token?.getPosition()[0] ?? 1 };
}
