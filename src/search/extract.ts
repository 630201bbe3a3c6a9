/** What a resource is found by: its index entries, made once, at write. The forms of keys are in keys.ts. */
import { isObject, type Json, type Resource } from '../fhir/resource.js';
import { containedIn, containedKey, MAX_CONTAINED_DEPTH } from './contained.js';
import { Steps } from '../fhir/steps.js';
import { choice } from './expression/compile.js';
import { PRESENT } from './keys.js';
import { MAX_CONTAINED, MAX_ENTRIES, MAX_TERMINOLOGY_ENTRIES, tooCostly, tooManyValues } from './limits.js';
import { instantsIn } from './instant-elements.table.js';
import { mainDates } from './main-date.table.js';
import { CEILING, FLOOR, typePosting, type IndexEntries, type Range, type Text } from './query.js';
import type { SearchParam, SearchRegistry } from './registry.js';
import { extractComposite } from './types/composite.js';
import { date, intervalOf } from './types/date.js';
import { valueTypes } from './types/index.js';
import type { Interval, Sink } from './types/type.js';
import { extractContent, extractNarrative } from './types/words.js';

export interface ExtractOptions {
  /** Own base URLs without trailing slash: absolute references below them become relative. */
  localBases: readonly string[];
  /** meta.lastUpdated, milliseconds since the epoch. */
  updated: number;
  /** Further postings of the caller's own, such as access paths. */
  internal?: (resource: Resource) => readonly string[];
  /** Whether `_text` or `_content` is served: their words are most of an index, and made only where they are. */
  serves?: (code: string) => boolean;
}

/** Types that can be searched by each code they define or name. */
const terminologies = new Set(['CodeSystem', 'ValueSet', 'ConceptMap']);

/** Collects the entries of one resource, parameter by parameter. */
class Entries implements Sink {
  readonly postings = new Set<string>();
  readonly ranges: Range[] = [];
  readonly strings: Text[] = [];
  private readonly most: number;
  private key = '';
  private filled = false;

  constructor(most: number) {
    this.most = most;
  }

  /** Entries from here on belong to this parameter. */
  begin(key: string): void {
    this.key = key;
    this.filled = false;
  }

  end(): void {
    if (this.filled) this.postings.add(this.key + PRESENT);
  }

  /** The parameter has a value, if only one that leaves no entry, such as a reference to a contained resource. */
  present(): void {
    this.filled = true;
  }

  /** Takes one more into account. */
  private count(): void {
    if (this.postings.size + this.ranges.length + this.strings.length >= this.most) throw tooManyValues(this.most);
  }

  posting(suffix: string): void {
    this.count();
    // Databases cannot hold lone surrogates.
    this.postings.add((this.key + suffix).toWellFormed());
  }

  range(suffix: string, lo: number, hi: number, second?: Interval): void {
    this.count();
    const key = (this.key + suffix).toWellFormed();
    this.ranges.push(second ? { key, lo, hi, lo2: second.lo, hi2: second.hi } : { key, lo, hi });
  }

  text(suffix: string, value: string): void {
    this.count();
    this.strings.push({ key: (this.key + suffix).toWellFormed(), value: value.toWellFormed() });
  }
}

interface Shared {
  registry: SearchRegistry;
  localBases: readonly string[];
  serves: (code: string) => boolean;
  instants: ReadonlySet<string>;
  /** For all expressions together: whatever a customer's parameters take, indexing a resource comes to an end. */
  steps: Steps;
}

/** Indexed by the store itself, or not at all. */
const elsewhere = new Set(['_id', '_lastUpdated']);

function extractParam(
  param: SearchParam,
  resource: Resource,
  entries: Entries,
  { registry, localBases, serves, instants, steps }: Shared,
): void {
  const { type, code, facts, components } = param;
  const { ports } = registry;
  if (elsewhere.has(code)) return;
  if (type === 'special') {
    if (code === '_text' && serves(code)) extractNarrative(resource, entries);
    if (code === '_content' && serves(code)) extractContent(resource, entries);
    return;
  }
  for (const value of param.select(resource, resource, steps)) {
    if (type !== 'composite') {
      entries.present();
      valueTypes[type].extract(value, entries, { facts, ports, localBases, instants });
    } else if (
      isObject(value) &&
      extractComposite(value, resource, components, entries, { ports, localBases, steps })
    ) {
      entries.present();
    }
  }
}

/** @param start what the keys begin with */
function extractParams(resource: Resource, start: string, entries: Entries, shared: Shared): void {
  for (const param of shared.registry.of(resource.resourceType)) {
    entries.begin(start + param.key);
    extractParam(param, resource, entries, shared);
    entries.end();
  }
}

interface Containment {
  /** What the keys of the resource that refers begin with. */
  start: string;
  depth: number;
  contained: readonly Resource[];
  /** What was looked at already, by the start of its keys and its id: many references may lead to it. */
  seen: Set<string>;
}

/** The entries of the contained resources that this one refers to, for chains. */
function extractContained(
  resource: Resource,
  { start, depth, contained, seen }: Containment,
  entries: Entries,
  shared: Shared,
): void {
  for (const param of shared.registry.of(resource.resourceType)) {
    if (param.type !== 'reference') continue;
    const inner = start + containedKey(param.key);
    for (const one of referredTo(param.select(resource, resource), contained)) {
      const name = `${inner}#${one.id}`;
      if (seen.has(name)) continue;
      if (seen.size >= MAX_CONTAINED)
        throw tooCostly(`Chains into more than ${MAX_CONTAINED} contained resources are possible.`);
      seen.add(name);
      const own: Shared = { ...shared, serves: () => false, instants: instantsIn(one) };
      entries.begin(inner);
      entries.posting(typePosting(one.resourceType));
      extractParams(one, inner, entries, own);
      if (depth < MAX_CONTAINED_DEPTH)
        extractContained(one, { start: inner, depth: depth + 1, contained, seen }, entries, own);
    }
  }
}

/** The contained resources that these references name. https://hl7.org/fhir/R4/references.html#contained */
function referredTo(references: readonly Json[], contained: readonly Resource[]): Resource[] {
  const names = new Set(references.map(one => (isObject(one) ? one['reference'] : one)));
  return contained.filter(({ id }) => id !== undefined && names.has(`#${id}`));
}

function mainOf(resource: Resource, updated: number): number {
  const main = mainDates[resource.resourceType];
  const value: Json | undefined = main && choice(resource, main.element, date.dataTypes);
  const { lo, hi } = (value === undefined ? undefined : intervalOf(value)) ?? { lo: FLOOR, hi: CEILING };
  return Math.floor(lo > FLOOR ? lo : hi < CEILING ? hi : updated);
}

/** The index entries of a resource. Values that make no sense are passed over. Fault `too-costly` for far too many. */
export function extract(resource: Resource, registry: SearchRegistry, options: ExtractOptions): IndexEntries {
  const entries = new Entries(terminologies.has(resource.resourceType) ? MAX_TERMINOLOGY_ENTRIES : MAX_ENTRIES);
  entries.postings.add(typePosting(resource.resourceType));
  const { localBases, serves = () => true } = options;
  const shared: Shared = { registry, localBases, serves, instants: instantsIn(resource), steps: new Steps() };
  extractParams(resource, '', entries, shared);
  const contained = containedIn(resource);
  if (contained.length > 0)
    extractContained(resource, { start: '', depth: 1, contained, seen: new Set() }, entries, shared);
  for (const posting of options.internal?.(resource) ?? []) entries.postings.add(posting);
  const { postings, ranges, strings } = entries;
  return { postings: [...postings], ranges, strings, main: mainOf(resource, options.updated) };
}
