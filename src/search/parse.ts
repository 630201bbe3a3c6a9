/** Search parameters of a request as a search. https://hl7.org/fhir/R4/search.html */
import type { DeclaresInclude } from '../definitions/declared-includes.js';
import { ELEMENT_NAME, elementName } from '../fhir/element-name.js';
import type { Fault, Issue } from '../fhir/fault.js';
import { issuesOf } from '../fhir/outcome.js';
import type { Query } from '../fhir/request.js';
import { Criteria, type CriteriaOptions } from './criteria.js';
import { and, NONE } from './filters.js';
import { parseInclude, type Include } from './include.js';
import {
  badValue,
  isNotUnderstood,
  MAX_INCLUDES,
  MAX_PARAMETERS,
  MAX_WEIGHT,
  MAX_SORT_KEYS,
  notUnderstood,
  tooCostly,
  unsupported,
} from './limits.js';
import type { Filter, Sort } from './query.js';
import type { SearchRegistry } from './registry.js';
import { parseSort } from './sort.js';
import { weightOf } from './weight.js';

export interface SearchOptions extends Omit<CriteriaOptions, 'registry'> {
  query: Query;
  /** Leave out what is not understood, with a warning, instead of refusing it. Bad values are refused all the same. */
  lenient: boolean;
  /** A `_count` above `maxPageSize` is lowered to it, with a warning. */
  limits: { maxPageSize: number };
  /** The includes that are declared here; all by default. */
  declaresInclude?: DeclaresInclude;
  /** Whether `_elements` may name this of a type; anything by default. */
  isElement?: (type: string, name: string) => boolean;
}

/** A search of one type, or of several, of which `_type` may choose. */
export type SearchRequest = SearchOptions & ({ type: string } | { types: readonly string[] });

export type { Include } from './include.js';

export type Summary = 'true' | 'text' | 'data' | 'count' | 'false';

export type Total = 'none' | 'estimate' | 'accurate';

export interface ParsedSearch {
  of: { type: string; where: Filter }[];
  /** Empty: the store's default. */
  sort: Sort[];
  /** Page size asked for; 0 = the total alone. */
  count?: number;
  total?: Total;
  summary?: Summary;
  elements?: string[];
  /** Whether contained resources are searched, beside the others or alone. */
  contained?: 'both' | 'true';
  /** What is given of a match that is contained; default container. */
  containedType?: 'container' | 'contained';
  includes: Include[];
  revincludes: Include[];
  warnings: Issue[];
  /** The parameters used, as the caller wrote them, for the self link. */
  applied: Query;
}

const summaries: ReadonlySet<string> = new Set(['true', 'text', 'data', 'count', 'false']);
const totals: ReadonlySet<string> = new Set(['none', 'estimate', 'accurate']);
const containedValues: ReadonlySet<string> = new Set(['false', 'true', 'both']);
const containedTypes: ReadonlySet<string> = new Set(['container', 'contained']);

/** Parameters about the answer's form that other parts of the server read. */
const general = new Set(['_format', '_pretty']);

/** What shapes the answer; but for `_sort` it may be given once. */
const shaping = new Set([
  ...['_sort', '_count', '_summary', '_elements', '_total', '_type'],
  ...['_contained', '_containedType'],
]);

const isInclude = (name: string): boolean => /^_(rev)?include(:|$)/.test(name);

class SearchParser {
  private readonly request: SearchRequest;
  private readonly registry: SearchRegistry;
  private readonly seen = new Set<string>();
  private readonly applied: [string, string][] = [];
  private readonly result: ParsedSearch;
  private readonly where: { type: string; criteria: Criteria; filters: Filter[] }[];

  constructor(registry: SearchRegistry, request: SearchRequest) {
    this.registry = registry;
    this.request = request;
    this.result = { of: [], sort: [], includes: [], revincludes: [], warnings: [], applied: this.applied };
    this.where = this.types().map(type => ({ type, criteria: new Criteria({ ...request, registry }), filters: [] }));
  }

  parse(): ParsedSearch {
    const { query, lenient } = this.request;
    if (query.length > MAX_PARAMETERS) throw tooCostly(`A search may have ${MAX_PARAMETERS} parameters at most.`);
    for (const [name, value] of query) {
      try {
        this.applied.push([name, this.parameter(name, value)]);
      } catch (error) {
        if (!lenient || !isNotUnderstood(error)) throw error;
        this.warn(error);
      }
    }
    this.checkShape();
    this.result.of = this.where.map(({ type, filters }) => ({ type, where: and(filters) }));
    if (this.result.of.some(({ where }) => weightOf(where) > MAX_WEIGHT))
      throw tooCostly('All parameters of a search together have too many values.');
    return this.result;
  }

  /** What shapes answers and cannot be combined. https://hl7.org/fhir/R4/search.html#summary */
  private checkShape(): void {
    const { elements, summary, includes, revincludes } = this.result;
    if (elements && summary !== undefined && summary !== 'false')
      throw badValue('_elements', 'it cannot be combined with _summary.');
    if (summary === 'text' && includes.length + revincludes.length > 0)
      throw badValue('_summary', "'text' cannot be combined with _include or _revinclude.");
  }

  private warn(fault: Fault): void {
    this.result.warnings.push(...issuesOf(fault).map(issue => ({ ...issue, severity: 'warning' as const })));
  }

  /** The types of a system search that `_type` leaves. */
  private types(): readonly string[] {
    const { request } = this;
    if ('type' in request) return [request.type];
    const { types, query, lenient } = request;
    const asked = query.find(([name]) => name === '_type')?.[1].split(',');
    if (!asked) return types;
    const known = [...new Set(asked)].filter(type => types.includes(type));
    const fault = notUnderstood('_type', 'it names a type that cannot be searched here.');
    if (known.length === 0) throw badValue('_type', 'it names no type that can be searched here.');
    if (asked.every(type => types.includes(type))) return known;
    if (!lenient) throw fault;
    this.warn(fault);
    return known;
  }

  /** Takes one parameter in; gives its value as it was used. */
  private parameter(name: string, value: string): string {
    if (name === '') throw badValue(name, 'a parameter without a name.');
    if (shaping.has(name) && name !== '_sort' && this.seen.has(name))
      throw badValue(name, 'it is given more than once.');
    this.seen.add(name);
    if (name === '_query') throw unsupported(name, 'no such query is known here.');
    if (isInclude(name)) return this.include(name, value);
    if (shaping.has(name)) return this.shape(name, value);
    if (general.has(name)) return value;
    const filters = this.filters(name, value);
    this.where.forEach((one, at) => one.filters.push(filters[at]!));
    return value;
  }

  /** One for each type. Of a common parameter that some of them lack, as Binary lacks `_text`, those match nothing. */
  private filters(name: string, value: string): Filter[] {
    const has = this.where.map(({ type, criteria }) => criteria.find(type, name) !== undefined);
    const common = name.startsWith('_') && has.includes(true);
    return this.where.map(({ type, criteria }, at) =>
      common && !has[at] ? NONE : criteria.compile(type, name, value),
    );
  }

  private include(name: string, value: string): string {
    const { includes, revincludes } = this.result;
    if (includes.length + revincludes.length >= MAX_INCLUDES) {
      throw tooCostly(`A search may have ${MAX_INCLUDES} _include and _revinclude at most.`);
    }
    const criteria = new Criteria({ ...this.request, registry: this.registry });
    const include = parseInclude(name, value, (type, code) => criteria.find(type, code), this.request.declaresInclude);
    (name.startsWith('_rev') ? revincludes : includes).push(include);
    return value;
  }

  private shape(name: string, value: string): string {
    const { result } = this;
    switch (name) {
      case '_count':
        return this.count(value);
      case '_sort':
        return this.sort(value);
      case '_summary':
        if (!summaries.has(value)) throw badValue(name, 'the value is one of true, text, data, count, false.');
        result.summary = value as Summary;
        if (value === 'count') result.count = 0;
        return value;
      case '_total':
        if (!totals.has(value)) throw badValue(name, 'the value is one of none, estimate, accurate.');
        result.total = value as Total;
        return value;
      case '_elements':
        return this.elements(name, value);
      case '_type':
        if ('type' in this.request) throw notUnderstood(name, 'only a search of all types can choose types.');
        return this.where.map(one => one.type).join(',');
      case '_contained':
        if (!containedValues.has(value)) throw badValue(name, 'the value is one of false, true, both.');
        if (value !== 'false') result.contained = value as 'both' | 'true';
        return value;
      default:
        if (!containedTypes.has(value)) throw badValue(name, 'the value is container or contained.');
        result.containedType = value as 'container' | 'contained';
        return value;
    }
  }

  /** Those that a type of the search has; the others are refused, or left out of a lenient search. */
  private elements(name: string, value: string): string {
    const given = value.split(',');
    if (!given.every(element => ELEMENT_NAME.test(element)))
      throw badValue(name, 'the value is a list of element names.');
    const { isElement = () => true, lenient } = this.request;
    const known = given.filter(one => this.where.some(({ type }) => isElement(type, elementName(one))));
    if (known.length < given.length) {
      const fault = notUnderstood(name, 'it names an element that is not known here.');
      if (!lenient || known.length === 0) throw fault;
      this.warn(fault);
    }
    this.result.elements = known.map(elementName);
    return known.join(',');
  }

  /** Repeated, it names the inner orders. */
  private sort(value: string): string {
    const criteria = new Criteria({ ...this.request, registry: this.registry });
    const types = this.where.map(one => one.type);
    this.result.sort.push(...parseSort(criteria, types, value, MAX_SORT_KEYS - this.result.sort.length));
    return value;
  }

  private count(value: string): string {
    const { maxPageSize } = this.request.limits;
    if (!/^\d{1,18}$/.test(value)) throw badValue('_count', 'the value is a whole number, 0 or more.');
    const count = Math.min(Number(value), maxPageSize);
    this.result.count = this.result.summary === 'count' ? 0 : count;
    if (count < Number(value)) this.warn(notUnderstood('_count', `pages hold ${maxPageSize} resources at most.`));
    return String(count);
  }
}

/**
 * The search a request asks for. Faults: `invalid` for a bad value, or for what is not understood unless the request is
 * lenient (issue code `not-supported`); `too-costly` beyond limits.ts.
 */
export function parseSearch(registry: SearchRegistry, request: SearchRequest): ParsedSearch {
  return new SearchParser(registry, request).parse();
}

/**
 * The criteria of a conditional interaction, or of a conditional reference, as a filter; undefined if there are none.
 * Nothing is left out: what is not understood, and what shapes answers (`_count`), are faults `invalid`.
 */
export function parseCriteria(
  registry: SearchRegistry,
  type: string,
  criteria: string | Query,
  options: Omit<CriteriaOptions, 'registry'>,
): Filter | undefined {
  const query = typeof criteria === 'string' ? [...new URLSearchParams(criteria)] : criteria;
  const form = query.find(([name]) => shaping.has(name) || isInclude(name));
  if (form) throw badValue(form[0], 'it cannot be part of a condition.');
  const conditions = query.filter(([name]) => !general.has(name));
  if (conditions.length === 0) return undefined;
  const request = { ...options, type, query: conditions, lenient: false, limits: { maxPageSize: 1 } };
  const { of } = parseSearch(registry, request);
  return of[0]?.where;
}
