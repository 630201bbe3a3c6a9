/**
 * One search parameter of a request, name and value, as a filter: modifiers, chains, `_has`.
 * https://hl7.org/fhir/R4/search.html#modifiers, https://hl7.org/fhir/R4/search.html#chaining
 */
import { ID } from '../fhir/reference.js';
import { PAGE_STEPS, Steps } from '../fhir/steps.js';
import type { BareId } from './bare-ids.js';
import { canonicalFilter, namesOf } from './canonical.js';
import { containedFilter, containedType, insideFilter } from './contained.js';
import { splitEscaped, unescape } from './escape.js';
import { compileFilterExpression } from './filter-expression.js';
import { comparisonFilter } from './filter-operator.js';
import { ALL, NONE, not, or } from './filters.js';
import { chainKey, insideKey, PRESENT, referenceForm } from './keys.js';
import { badValue, MAX_CHAIN, MAX_JOINS, MAX_VALUES, notUnderstood, tooCostly, unsupported } from './limits.js';
import { leaveOpen, type OpenChain, type OpenChains } from './open-chains.js';
import type { Filter, Sort } from './query.js';
import type { SearchParam, SearchRegistry } from './registry.js';
import { compositeTerms } from './types/composite.js';
import { dateTest } from './types/date.js';
import { valueTypes } from './types/index.js';
import { filterOf, type Ports, type Terminology } from './types/type.js';
import { wordsFilter } from './types/words.js';

/** What parameters about the caller come to; undefined for any other parameter. */
export interface Personal {
  filter(type: string, code: string, value: string): Filter | undefined;
  sort(type: string, code: string, descending: boolean): Sort | undefined;
}

export interface CriteriaOptions {
  registry: SearchRegistry;
  /** Milliseconds since the epoch, for approximate dates. */
  now: number;
  /** Own base URLs without trailing slash. */
  localBases: readonly string[];
  /** What the search names of terminology, in place of the registry's own. */
  terminology?: Terminology | undefined;
  /** Takes the ids that references of several types are searched by; without it nobody looks whether they are ambiguous. */
  bareIds?: BareId[];
  /** Where chains over canonical references are left open; without it they lead nowhere. */
  openChains?: OpenChains;
  /** What parameters about the caller (`special`) come to; they are never chained. */
  personal?: Personal | undefined;
  /** Whether a parameter may be used on a type here; all known ones by default. */
  declared?: ((type: string, code: string) => boolean) | undefined;
}

/** What a path ends in, once its chain has led to a type. */
type Leaf = (type: string, code: string, modifier: string | undefined) => Filter;

interface Path {
  /** As the caller wrote it; for messages. */
  whole: string;
  leaf: Leaf;
}

/** Compiles the parameters of one search on one type; counts what they cost together. */
export class Criteria {
  private joins = 0;
  private readonly options: CriteriaOptions;

  constructor(options: CriteriaOptions) {
    this.options = options;
  }

  /** The parameter, if it may be used. */
  find(type: string, code: string): SearchParam | undefined {
    const { registry, declared } = this.options;
    return declared?.(type, code) === false ? undefined : registry.get(type, code);
  }

  /** The order by a parameter about the caller; undefined for any other parameter. */
  personalSort(type: string, code: string, descending: boolean): Sort | undefined {
    return this.find(type, code)?.type === 'special' ? this.options.personal?.sort(type, code, descending) : undefined;
  }

  /**
   * A parameter as a filter. `name` may carry modifiers and chains. Faults: `invalid`, with code `not-supported` where a
   * lenient search may leave the parameter out; `too-costly`.
   */
  compile(type: string, name: string, value: string): Filter {
    const wanted = value.toWellFormed();
    const leaf: Leaf = (type, code, modifier) => this.leaf(type, code, modifier, name, wanted);
    return this.step(type, name, { whole: name, leaf }, MAX_CHAIN);
  }

  /** `name` is what is left of the path's whole name behind the chain steps taken. */
  private step(type: string, name: string, path: Path, depth: number): Filter {
    if (name.startsWith('_has:')) return this.reverse(type, name, path, depth);
    const dot = name.indexOf('.');
    if (dot >= 0) return this.chain(type, name.slice(0, dot), name.slice(dot + 1), path, depth);
    const [code = '', modifier, ...rest] = name.split(':');
    if (rest.length > 0 || modifier === '') throw unsupported(path.whole, 'the modifier is not understood.');
    return path.leaf(type, code, modifier);
  }

  private join(whole: string, depth: number): void {
    if (depth === 0) throw tooCostly(`A chain may have ${MAX_CHAIN} steps at most.`);
    if (++this.joins > MAX_JOINS)
      throw tooCostly(`This search leads to too many types; name them, as in '${whole.slice(0, 30)}'.`);
  }

  private reverse(type: string, name: string, path: Path, depth: number): Filter {
    const { whole } = path;
    const [, source = '', code = '', ...rest] = name.split(':');
    const param = this.find(source, code);
    if (rest.length === 0 || param?.type !== 'reference') {
      throw notUnderstood(whole, "a reverse chain has the form '_has:Type:reference:parameter', of known ones.");
    }
    if (param.targets.length > 0 && !param.targets.includes(type))
      throw notUnderstood(whole, `it does not lead to ${type}.`);
    this.join(whole, depth);
    const where = this.step(source, rest.join(':'), path, depth - 1);
    const steps = new Steps(PAGE_STEPS);
    return or([
      { kind: 'referred', type: source, key: chainKey(param.key), own: type, where },
      {
        kind: 'referred',
        ...{ type: containedType(source), key: insideKey(chainKey(param.key)), own: type },
        where: insideFilter(source, where),
      },
      ...this.byCanonical(type, {
        type: source,
        where,
        read: resource => param.select(resource, resource, steps).filter(value => typeof value === 'string'),
        filter: canonicals => or(canonicals.map(one => canonicalFilter(type, one))),
      }),
    ]);
  }

  private hasUrl(type: string): boolean {
    return this.find(type, 'url')?.type === 'uri';
  }

  /** What the chain comes to by canonical references, to the resources of a type that have URLs. */
  private byCanonical(target: string, chain: OpenChain): readonly Filter[] {
    const { openChains } = this.options;
    return openChains && this.hasUrl(target) ? [leaveOpen(openChains, chain)] : [];
  }

  private chain(type: string, head: string, tail: string, path: Path, depth: number): Filter {
    const { whole } = path;
    const [code = '', target, ...rest] = head.split(':');
    const param = this.find(type, code);
    if (param?.type !== 'reference' || rest.length > 0) throw notUnderstood(whole, 'only references can be chained.');
    const targets = target === undefined ? this.chainTargets(param, tail) : [target];
    if (target !== undefined && !this.leadsTo(param, target))
      throw notUnderstood(whole, `it does not lead to ${target}.`);
    if (targets.length === 0) throw notUnderstood(whole, 'no type it leads to has such a parameter.');
    return or(
      targets.flatMap((target): Filter[] => {
        this.join(whole, depth);
        const where = this.step(target, tail, path, depth - 1);
        return [
          { kind: 'refers', key: chainKey(param.key), type: target, where },
          containedFilter(param.key, target, where),
          ...this.byCanonical(target, {
            type: target,
            where,
            read: namesOf,
            filter: names => or(names.map(name => ({ kind: 'posting', key: param.key + referenceForm(name) }))),
          }),
        ];
      }),
    );
  }

  /** Types a chain may go on with: those that know the next parameter. */
  private chainTargets(param: SearchParam, tail: string): readonly string[] {
    const next = tail.split(/[.:]/, 1)[0] ?? '';
    if (param.targets.length === 0)
      throw tooCostly(`'${param.code}' leads to any type; name one, as in '${param.code}:Patient'.`);
    const everybodys = next === '_has' || next === '_type';
    return everybodys ? param.targets : param.targets.filter(target => this.find(target, next));
  }

  private leadsTo(param: SearchParam, target: string): boolean {
    return param.targets.length === 0 ? /^[A-Z][A-Za-z]+$/.test(target) : param.targets.includes(target);
  }

  private leaf(type: string, code: string, modifier: string | undefined, whole: string, value: string): Filter {
    if (code === '_filter' && modifier === undefined) return this.filtered(type, value);
    if (code === '_list' && modifier === undefined) return this.listed(type, whole, value);
    // Behind a chain; in front it chooses what is searched, and is no condition.
    if (code === '_type' && modifier === undefined && value !== '') return value.split(',').includes(type) ? ALL : NONE;
    const param = this.find(type, code);
    if (!param) throw notUnderstood(whole, `${type} has no such search parameter here.`);
    if (modifier === 'missing') return missing(param, whole, value);
    const values = splitEscaped(value, ',');
    if (values.includes('')) throw badValue(whole, 'the value is empty.');
    if (values.length > MAX_VALUES) throw tooCostly(`A search parameter may have ${MAX_VALUES} values at most.`);
    const canonical = code === 'url' && modifier === undefined && this.hasUrl(type) && this.find(type, 'version');
    const filter = canonical
      ? or(values.map(value => canonicalFilter(type, unescape(value))))
      : this.anyOf(param, modifier, whole, values);
    return modifier === 'not' || modifier === 'not-in' ? not(filter) : filter;
  }

  private anyOf(param: SearchParam, modifier: string | undefined, whole: string, values: readonly string[]): Filter {
    const { type, key, code } = param;
    const { now, localBases } = this.options;
    if (!this.takes(param, modifier)) throw unsupported(whole, `the modifier ':${modifier}' is not understood.`);
    if (code === '_id') return { kind: 'id', ids: [...new Set(values.map(value => idOf(whole, value)))] };
    if (code === '_lastUpdated')
      return or(values.map(value => ({ kind: 'updated', test: dateTest(whole, value, now) })));
    if (code === '_text' || code === '_content') {
      return wordsFilter(whole, key, values.map(unescape));
    }
    if (type === 'special') return this.special(param, whole, values);
    const context = { name: whole, now, localBases, facts: param.facts, ports: this.ports() };
    if (type === 'reference' && (modifier === undefined || modifier === 'not')) this.noteBareIds(param, whole, values);
    const terms = values.flatMap(value =>
      type === 'composite'
        ? compositeTerms(value, param.components, context)
        : valueTypes[type].terms(value, modifier, context),
    );
    const distinct = new Map(terms.map(term => [JSON.stringify(term), term]));
    return or([...distinct.values()].map(term => filterOf(key, term)));
  }

  private special({ key, code }: SearchParam, whole: string, values: readonly string[]): Filter {
    const [value = '', ...more] = values;
    const [of = ''] = key.split('|', 1);
    const filter = whole === code && more.length === 0 ? this.options.personal?.filter(of, code, value) : undefined;
    if (!filter) throw notUnderstood(whole, 'this parameter is not supported here.');
    return filter;
  }

  private noteBareIds({ targets }: SearchParam, name: string, values: readonly string[]): void {
    if (targets.length === 1) return;
    const ids = values.map(unescape).filter(value => ID.test(value));
    this.options.bareIds?.push(...ids.map(id => ({ name, id, types: targets })));
  }

  private ports(): Ports {
    const { registry, terminology } = this.options;
    return terminology ? { ...registry.ports, terminology } : registry.ports;
  }

  private takes(param: SearchParam, modifier: string | undefined): boolean {
    const { type, code } = param;
    if (modifier === undefined) return true;
    if (code === '_id') return modifier === 'not';
    if (type === 'composite' || type === 'special') return false;
    return valueTypes[type].modifiers.includes(modifier) || (type === 'reference' && this.leadsTo(param, modifier));
  }

  private filtered(type: string, value: string): Filter {
    return compileFilterExpression((path, operator, value) => {
      const leaf: Leaf = (type, code, modifier) => this.compared(type, code, modifier, operator, value);
      return this.step(type, path, { whole: path, leaf }, MAX_CHAIN);
    }, value);
  }

  private compared(type: string, code: string, modifier: string | undefined, operator: string, value: string): Filter {
    const param = this.find(type, code);
    if (!param) throw notUnderstood('_filter', `${type} has no search parameter '${code.slice(0, 60)}' here.`);
    if (modifier !== undefined) throw notUnderstood('_filter', 'parameters take no modifiers in it.');
    const search = (value: string, modifier?: string) => this.leaf(type, code, modifier, '_filter', value);
    return comparisonFilter({ param, operator, value, search });
  }

  /** Resources that are entries of a List: https://hl7.org/fhir/R4/search.html#list */
  private listed(type: string, whole: string, value: string): Filter {
    const item = this.find('List', 'item');
    if (!item) throw notUnderstood(whole, 'there are no lists here.');
    const ids = splitEscaped(value, ',').map(id => idOf(whole, id));
    return { kind: 'referred', type: 'List', key: chainKey(item.key), own: type, where: { kind: 'id', ids } };
  }
}

function idOf(name: string, value: string): string {
  if (!ID.test(value)) throw badValue(name, 'the value is no resource id.');
  return value;
}

/** Parameters whose value every resource has. */
const everPresent = new Set(['_id', '_lastUpdated']);

function missing(param: SearchParam, whole: string, value: string): Filter {
  if (value !== 'true' && value !== 'false') throw badValue(whole, "':missing' is true or false.");
  if (param.type === 'special') throw unsupported(whole, "the modifier ':missing' is not understood.");
  const present: Filter = everPresent.has(param.code) ? ALL : { kind: 'posting', key: param.key + PRESENT };
  return value === 'true' ? not(present) : present;
}
