/**
 * ValueSet → its codes, from the code systems that are known here. What cannot be listed (a system not at hand, a filter
 * we do not know) makes the set open for that system. https://hl7.org/fhir/R4/valueset.html#expansion
 */
import { Fault } from '../fhir/fault.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import { isInactive } from './concept-state.js';
import type { Expansion } from './definitions.js';

interface Concept extends JsonObject {
  code: string;
  concept?: Concept[];
  property?: { code: string; valueCode?: string; valueBoolean?: boolean }[];
}

interface Include extends JsonObject {
  system?: string;
  concept?: Concept[];
  filter?: { property: string; op: string; value: string }[];
  valueSet?: string[];
}

/** What expansion asks for: definitions by URL. */
export interface TerminologySource {
  valueSet(canonical: string): Resource | undefined;
  codeSystem(canonical: string): Resource | undefined;
}

interface Content {
  codes: Set<string>;
  open: Set<string>;
}

/** Expands a value set, itself (one that was sent need not have a URL) or by its URL; undefined if that is unknown. Fault `too-costly`. */
export function expand(valueSet: Resource | string, terminology: TerminologySource): Expansion | undefined {
  const work = new Work(terminology);
  const content = typeof valueSet === 'string' ? work.named(valueSet) : work.contentOf(valueSet);
  if (!content) return undefined;
  return { ...content, plain: new Set([...content.codes].map(code => code.slice(code.lastIndexOf('|') + 1))) };
}

/** The codes of a complete code system; undefined if it is unknown or a fragment. */
export function systemCodes(system: string, terminology: TerminologySource): Set<string> | undefined {
  const concepts = conceptsOf(system, terminology);
  return concepts && new Set(concepts.map(({ code }) => code));
}

/**
 * The codes above or below one in its code system's hierarchy, itself included; undefined where the system is unknown or
 * a fragment. https://hl7.org/fhir/R4/codesystem.html#hierachy
 */
export function hierarchy(
  { system, code }: { system: string; code: string },
  direction: 'above' | 'below',
  terminology: TerminologySource,
): string[] | undefined {
  const concepts = conceptsOf(system, terminology);
  return concepts && [...reached(code, direction === 'below' ? childrenIn(concepts) : parentsIn(concepts))];
}

/** Codes of value sets and code systems that one expansion goes through: about 100 ms. */
const MOST_CODES = 1_000_000;

/** One expansion: however often a value set or code system is included, it is gone through once. */
class Work {
  private readonly terminology: TerminologySource;
  /** Undefined while it is being made, which cuts circles. */
  private readonly contents = new Map<Resource, Content | undefined>();
  private readonly systems = new Map<string, Concept[] | undefined>();
  private left = MOST_CODES;

  constructor(terminology: TerminologySource) {
    this.terminology = terminology;
  }

  take(codes: number): void {
    this.left -= codes;
    if (this.left < 0) throw new Fault('too-costly', 'The value set is made of too many codes.');
  }

  named(url: string): Content | undefined {
    const valueSet = this.terminology.valueSet(url);
    return valueSet && this.contentOf(valueSet);
  }

  contentOf(valueSet: Resource): Content | undefined {
    if (this.contents.has(valueSet)) return this.contents.get(valueSet);
    this.contents.set(valueSet, undefined);
    const content = composed(valueSet, this);
    this.contents.set(valueSet, content);
    return content;
  }

  conceptsOf(system: string): Concept[] | undefined {
    if (!this.systems.has(system)) this.systems.set(system, conceptsOf(system, this.terminology));
    const concepts = this.systems.get(system);
    this.take(concepts?.length ?? 0);
    return concepts;
  }

  /** The concepts that are known of a system, be it complete or not. */
  partOf(system: string): Concept[] {
    const concepts = flatten((this.terminology.codeSystem(system)?.['concept'] as Concept[] | undefined) ?? []);
    this.take(concepts.length);
    return concepts;
  }
}

function composed(valueSet: Resource, work: Work): Content {
  const compose = valueSet['compose'] as { inactive?: boolean; include?: Include[]; exclude?: Include[] } | undefined;
  if (!compose) return expanded(valueSet);
  const content: Content = { codes: new Set(), open: new Set() };
  for (const include of compose.include ?? []) add(content, included(include, work), work);
  for (const exclude of compose.exclude ?? []) remove(content, included(exclude, work), work);
  return compose.inactive === false ? withoutInactive(content, work) : content;
}

/** https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.compose.inactive */
function withoutInactive({ codes, open }: Content, work: Work): Content {
  work.take(codes.size);
  const systems = new Set([...codes].map(systemOf));
  const inactive = new Set(
    [...systems].flatMap(system =>
      work
        .partOf(system)
        .filter(isInactive)
        .map(({ code }) => `${system}|${code}`),
    ),
  );
  return { codes: codes.difference(inactive), open };
}

const systemOf = (code: string): string => code.slice(0, code.lastIndexOf('|'));

/** A value set that is published as a mere expansion. */
function expanded(valueSet: Resource): Content {
  const contains = (valueSet['expansion'] as { contains?: { system: string; code: string }[] } | undefined)?.contains;
  return {
    codes: new Set(contains?.map(({ system, code }) => `${system}|${code}`)),
    open: new Set(contains ? [] : ['*']),
  };
}

function add(content: Content, { codes, open }: Content, work: Work): void {
  work.take(codes.size);
  for (const code of codes) content.codes.add(code);
  for (const system of open) content.open.add(system);
}

function remove(content: Content, { codes }: Content, work: Work): void {
  work.take(codes.size);
  for (const code of codes) content.codes.delete(code);
}

/** One include: the codes of its system that are in all its value sets too. */
function included(include: Include, work: Work): Content {
  const parts = (include.valueSet ?? []).map(
    url => work.named(url) ?? { codes: new Set<string>(), open: new Set(['*']) },
  );
  if (include.system !== undefined) parts.push(fromSystem(include, include.system, work));
  work.take(parts.length > 1 ? parts.reduce((sum, { codes }) => sum + codes.size, 0) : 0);
  return parts.reduce(intersect);
}

function intersect(a: Content, b: Content): Content {
  const within = ({ codes, open }: Content, code: string): boolean =>
    codes.has(code) || open.has('*') || open.has(systemOf(code));
  const codes = [...a.codes].filter(code => within(b, code)).concat([...b.codes].filter(code => within(a, code)));
  const open = [...a.open].filter(system => b.open.has(system) || b.open.has('*'));
  return { codes: new Set(codes), open: new Set(open.concat(a.open.has('*') ? [...b.open] : [])) };
}

function fromSystem(include: Include, system: string, work: Work): Content {
  const listed = include.concept ?? filtered(work.conceptsOf(system), include.filter ?? [], work);
  if (!listed) return { codes: new Set(), open: new Set([system]) };
  return { codes: new Set(listed.map(({ code }) => `${system}|${code}`)), open: new Set() };
}

function conceptsOf(system: string, terminology: TerminologySource): Concept[] | undefined {
  const codeSystem = terminology.codeSystem(system);
  if (codeSystem?.['content'] !== 'complete') return undefined;
  return flatten((codeSystem['concept'] as Concept[] | undefined) ?? []);
}

/** Concepts and all below them, each with its parent known through `subsumedBy`, nested or stated. */
function flatten(concepts: readonly Concept[], parent?: string): Concept[] {
  return concepts.flatMap(concept => {
    const own: Concept = parent
      ? { ...concept, property: [...(concept.property ?? []), { code: 'subsumedBy', valueCode: parent }] }
      : concept;
    return [own, ...flatten(concept.concept ?? [], concept.code)];
  });
}

type Filter = NonNullable<Include['filter']>[number];

/** The concepts that pass every filter; undefined where we do not know a filter. */
function filtered(concepts: Concept[] | undefined, filters: readonly Filter[], work: Work): Concept[] | undefined {
  if (!concepts || filters.length === 0) return concepts;
  const children = childrenIn(concepts);
  const tests = filters.map(filter => {
    work.take(concepts.length);
    return testOf(filter, children);
  });
  return tests.includes(undefined) ? undefined : concepts.filter(({ code }) => tests.every(test => test!(code)));
}

function testOf({ property, op, value }: Filter, children: Related): ((code: string) => boolean) | undefined {
  if (property !== 'concept' && property !== 'code') return undefined;
  if (op !== 'is-a' && op !== 'descendent-of' && op !== 'is-not-a') return undefined;
  const below = reached(value, children);
  if (op === 'is-a') return code => below.has(code);
  if (op === 'is-not-a') return code => !below.has(code);
  return code => code !== value && below.has(code);
}

/** Codes by code: those directly below it, or those directly above it. */
type Related = ReadonlyMap<string, readonly string[]>;

const parentsIn = (concepts: readonly Concept[]): Related =>
  new Map(concepts.map(concept => [concept.code, parentsOf(concept)]));

function childrenIn(concepts: readonly Concept[]): Related {
  const children = new Map<string, string[]>();
  for (const concept of concepts) {
    for (const parent of parentsOf(concept)) {
      const known = children.get(parent);
      if (known) known.push(concept.code);
      else children.set(parent, [concept.code]);
    }
  }
  return children;
}

const parentsOf = ({ property }: Concept): string[] =>
  (property ?? []).filter(({ code }) => code === 'subsumedBy').map(({ valueCode }) => valueCode!);

/** The code and all that is reached from it, each once: a hierarchy may have several parents for a code, or circles. */
function reached(code: string, related: Related): Set<string> {
  const found = new Set([code]);
  for (const one of found) for (const next of related.get(one) ?? []) found.add(next);
  return found;
}
