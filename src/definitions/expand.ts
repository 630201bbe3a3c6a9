/**
 * ValueSet → its codes, from the code systems that are known here. What cannot be listed (a system not at hand, a filter
 * we do not know) makes the set open for that system. https://hl7.org/fhir/R4/valueset.html#expansion
 */
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

/** Expands a value set, itself (one that was sent need not have a URL) or by its URL; undefined if that is unknown. */
export function expand(valueSet: Resource | string, terminology: TerminologySource): Expansion | undefined {
  const content =
    typeof valueSet === 'string'
      ? contentOf(valueSet, terminology, new Set())
      : composed(valueSet, terminology, new Set([String(valueSet['url'])]));
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
  if (!concepts) return undefined;
  const parents = parentsIn(concepts);
  const codes = [...new Set([code, ...concepts.map(concept => concept.code)])];
  return codes.filter(one => (direction === 'below' ? descends(one, code, parents) : descends(code, one, parents)));
}

function contentOf(url: string, terminology: TerminologySource, seen: ReadonlySet<string>): Content | undefined {
  const valueSet = seen.has(url) ? undefined : terminology.valueSet(url);
  return valueSet && composed(valueSet, terminology, new Set([...seen, url]));
}

function composed(valueSet: Resource, terminology: TerminologySource, path: ReadonlySet<string>): Content {
  const compose = valueSet['compose'] as { inactive?: boolean; include?: Include[]; exclude?: Include[] } | undefined;
  if (!compose) return expanded(valueSet);
  const content: Content = { codes: new Set(), open: new Set() };
  for (const include of compose.include ?? []) add(content, included(include, terminology, path));
  for (const exclude of compose.exclude ?? []) remove(content, included(exclude, terminology, path));
  return compose.inactive === false ? withoutInactive(content, terminology) : content;
}

/** https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.compose.inactive */
function withoutInactive({ codes, open }: Content, terminology: TerminologySource): Content {
  const systems = new Set([...codes].map(systemOf));
  const inactive = new Set(
    [...systems].flatMap(system =>
      flatten((terminology.codeSystem(system)?.['concept'] as Concept[] | undefined) ?? [])
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

function add(content: Content, { codes, open }: Content): void {
  for (const code of codes) content.codes.add(code);
  for (const system of open) content.open.add(system);
}

function remove(content: Content, { codes }: Content): void {
  for (const code of codes) content.codes.delete(code);
}

/** One include: the codes of its system that are in all its value sets too. */
function included(include: Include, terminology: TerminologySource, seen: ReadonlySet<string>): Content {
  const parts = (include.valueSet ?? []).map(
    url => contentOf(url, terminology, seen) ?? { codes: new Set<string>(), open: new Set(['*']) },
  );
  if (include.system !== undefined) parts.push(fromSystem(include, include.system, terminology));
  return parts.reduce(intersect);
}

function intersect(a: Content, b: Content): Content {
  const within = ({ codes, open }: Content, code: string): boolean =>
    codes.has(code) || open.has('*') || open.has(systemOf(code));
  const codes = [...a.codes].filter(code => within(b, code)).concat([...b.codes].filter(code => within(a, code)));
  const open = [...a.open].filter(system => b.open.has(system) || b.open.has('*'));
  return { codes: new Set(codes), open: new Set(open.concat(a.open.has('*') ? [...b.open] : [])) };
}

function fromSystem(include: Include, system: string, terminology: TerminologySource): Content {
  const listed = include.concept ?? filtered(conceptsOf(system, terminology), include.filter ?? []);
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
function filtered(concepts: Concept[] | undefined, filters: readonly Filter[]): Concept[] | undefined {
  if (!concepts) return undefined;
  const parents = parentsIn(concepts);
  const tests = filters.map(filter => testOf(filter, parents));
  return tests.includes(undefined) ? undefined : concepts.filter(({ code }) => tests.every(test => test!(code)));
}

type Parents = ReadonlyMap<string, readonly string[]>;

function testOf({ property, op, value }: Filter, parents: Parents): ((code: string) => boolean) | undefined {
  if (property !== 'concept' && property !== 'code') return undefined;
  if (op === 'is-a') return code => descends(code, value, parents);
  if (op === 'descendent-of') return code => code !== value && descends(code, value, parents);
  if (op === 'is-not-a') return code => !descends(code, value, parents);
  return undefined;
}

const parentsIn = (concepts: readonly Concept[]): Parents =>
  new Map(concepts.map(concept => [concept.code, parentsOf(concept)]));

const parentsOf = ({ property }: Concept): string[] =>
  (property ?? []).filter(({ code }) => code === 'subsumedBy').map(({ valueCode }) => valueCode!);

/** Depth guards against a hierarchy that a customer posted with a circle in it. */
function descends(code: string, ancestor: string, parents: Parents, depth = 0): boolean {
  if (code === ancestor) return true;
  return depth < 32 && (parents.get(code) ?? []).some(parent => descends(parent, ancestor, parents, depth + 1));
}
