/** `_include` and `_revinclude`. https://hl7.org/fhir/R4/search.html#revinclude */
import type { DeclaresInclude } from '../definitions/declared-includes.js';
import { localReference, type LocalReference } from '../fhir/reference.js';
import { PAGE_STEPS, Steps } from '../fhir/steps.js';
import { isObject, type Json, type Resource } from '../fhir/resource.js';
import { canonicalFilter } from './canonical.js';
import { or } from './filters.js';
import { referenceForm } from './keys.js';
import { badValue, notUnderstood } from './limits.js';
import type { Filter } from './query.js';
import type { SearchParam, SearchRegistry } from './registry.js';
import { defined } from '../fhir/defined.js';

export interface Include {
  /** The type that refers; `*` = any. */
  source: string;
  /** Code of its reference parameter; `*` (then `wildcard` is true) = all of them. */
  param: string;
  /** Only references to this type. */
  target?: string;
  /** Follow also what is included. */
  iterate: boolean;
  wildcard: boolean;
  /** Whether the endpoint declares that this parameter of a type is followed. */
  readonly follows: (type: string, code: string) => boolean;
}

type Find = (type: string, code: string) => SearchParam | undefined;

/** Reads `Type:param`, `Type:param:Target`, `Type:*`, `*:*` or `*`. Faults: `invalid`, also for what is not declared. */
export function parseInclude(name: string, value: string, find: Find, declares: DeclaresInclude = () => true): Include {
  const [base, modifier, ...more] = name.split(':');
  // FHIR called it ':recurse' before R4.
  if (more.length > 0 || (modifier !== undefined && modifier !== 'iterate' && modifier !== 'recurse')) {
    throw notUnderstood(name, `'${base}' can only be modified by ':iterate'.`);
  }
  const [source = '', param = source === '*' ? '*' : '', target, ...rest] = value.split(':');
  if (source === '' || param === '' || target === '' || rest.length > 0) {
    throw badValue(name, "the value has the form 'Type:parameter' or 'Type:parameter:Target'.");
  }
  const wildcard = param === '*';
  const known = wildcard ? source === '*' || find(source, '_id') !== undefined : leads(find(source, param), target);
  if (!known) throw notUnderstood(name, 'the value names no known reference parameter.');
  const follows: Include['follows'] = (type, code) =>
    declares(base === '_revinclude' ? '_revinclude' : '_include', type, code);
  if (!wildcard && !follows(source, param)) throw notUnderstood(name, 'it is not declared here.');
  return { source, param, ...defined({ target }), iterate: modifier !== undefined, wildcard, follows };
}

function leads(param: SearchParam | undefined, target: string | undefined): param is SearchParam {
  if (param?.type !== 'reference') return false;
  return target === undefined || param.targets.length === 0 || param.targets.includes(target);
}

function paramsOf(
  { source, param, wildcard, target, follows }: Include,
  type: string,
  registry: SearchRegistry,
): SearchParam[] {
  if (source !== '*' && source !== type) return [];
  if (wildcard) return registry.of(type).filter(one => leads(one, target) && follows(type, one.code));
  const named = registry.get(type, param);
  return leads(named, target) ? [named] : [];
}

/** The literal reference a value is or holds. */
function literalOf(value: Json): string | undefined {
  const literal = isObject(value) ? value['reference'] : value;
  return typeof literal === 'string' ? literal : undefined;
}

/** Resources that refer to others, by their type. */
export type Sources = ReadonlyMap<string, readonly Resource[]>;

export const byType = (resources: readonly Resource[]): Sources =>
  Map.groupBy(resources, ({ resourceType }) => resourceType);

/**
 * What an `_include` takes in with these resources: distinct `Type/id` of this server's own resources, with
 * `/_history/{version}` where the reference states one.
 */
export function referencesFor(
  include: Include,
  sources: Sources,
  registry: SearchRegistry,
  localBases: readonly string[],
): string[] {
  const names = new Set<string>();
  for (const [type, ofType] of sources) {
    const values = paramsOf(include, type, registry).flatMap(param => valuesOf(param, ofType));
    // Messages of one sender have one value in common (lazy-resource.ts).
    for (const value of new Set(values)) {
      const local = localReference(literalOf(value) ?? '', localBases);
      if (!local) continue;
      if ((include.target ?? local.type) === local.type) names.add(nameOf(local));
    }
  }
  return [...names];
}

const nameOf = ({ type, id, versionId }: LocalReference): string =>
  versionId === undefined ? `${type}/${id}` : `${type}/${id}/_history/${versionId}`;

/** Of one page: the steps are for all its resources. */
function valuesOf({ select }: SearchParam, resources: readonly Resource[]): Json[] {
  const steps = new Steps(PAGE_STEPS);
  return resources.flatMap(resource => select(resource, resource, steps));
}

/** What an `_include` takes in by the canonical references of these resources: of each type they may lead to. */
export function canonicalsFor(
  include: Include,
  sources: Sources,
  registry: SearchRegistry,
): { type: string; where: Filter }[] {
  const params = [...sources].flatMap(([type, ofType]) =>
    paramsOf(include, type, registry).map(param => ({ param, ofType })),
  );
  return params.flatMap(({ param, ofType }) => {
    const types = param.targets.filter(type => (include.target ?? type) === type && registry.get(type, 'url'));
    if (types.length === 0) return [];
    const canonicals = valuesOf(param, ofType).filter(value => typeof value === 'string' && value.includes(':'));
    return types.flatMap(type => canonicals.map(one => ({ type, where: canonicalFilter(type, String(one)) })));
  });
}

/** A resource by its type and what references to it may say: `Type/id`, its canonical names. */
export interface Referable {
  type: string;
  names: readonly string[];
}

/**
 * What a `_revinclude` takes in with these resources: the resources of one of `types` that refer to any. Types that
 * cannot refer to them are left out.
 */
export function referringTo(
  include: Include,
  resources: readonly Referable[],
  types: readonly string[],
  registry: SearchRegistry,
): { type: string; where: Filter }[] {
  const wanted = resources.filter(one => include.target === undefined || one.type === include.target);
  const sources = include.source === '*' ? types : types.filter(type => type === include.source);
  return sources
    .map(type => {
      const keys = paramsOf(include, type, registry).flatMap(param =>
        wanted
          .filter(one => leads(param, one.type))
          .flatMap(one => one.names.map(name => param.key + referenceForm(name))),
      );
      return { type, where: or([...new Set(keys)].map(key => ({ kind: 'posting', key }))) };
    })
    .filter(({ where }) => where.kind !== 'none');
}
