/** What a resource is found by: its index entries, made once, at write. The forms of keys are in keys.ts. */
import { defined } from '../fhir/defined.js';
import { isObject, type Json, type Resource } from '../fhir/resource.js';
import { containedIn, containedName, containedType } from './contained.js';
import { Steps } from '../fhir/steps.js';
import { choice } from './expression/compile.js';
import { anyForm, baseKey, insideKey, PRESENT } from './keys.js';
import { MAX_CONTAINED, MAX_ENTRIES, MAX_TERMINOLOGY_ENTRIES, tooCostly, tooManyValues } from './limits.js';
import { instantsIn } from './instant-elements.table.js';
import { mainDates } from './main-date.table.js';
import {
  CEILING,
  FLOOR,
  typePosting,
  type ContainedEntries,
  type IndexEntries,
  type Range,
  type Text,
} from './query.js';
import type { SearchParam, SearchRegistry } from './registry.js';
import { extractComposite } from './types/composite.js';
import { date, intervalOf } from './types/date.js';
import { valueTypes } from './types/index.js';
import type { Interval, Sink } from './types/type.js';
import { extractOwnWords } from './types/own-words.js';
import { extractContent, extractNarrative } from './types/words.js';

export interface ExtractOptions {
  /** Own base URLs without trailing slash: absolute references below them become relative. */
  localBases: readonly string[];
  /** meta.lastUpdated, milliseconds since the epoch. */
  updated: number;
  /** Further postings of the caller's own, such as access paths. */
  internal?: (resource: Resource) => readonly string[];
  /** Whether `_text`, `_content` or another parameter about words is served: they are most of an index, and made only where they are. */
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
  /** How many there are in all, those of contained resources among them. */
  private readonly limit: number;
  private elsewhere = 0;
  private key = '';
  private filled = false;

  constructor(most: number, limit = most) {
    this.most = most;
    this.limit = limit;
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

  /** For a contained resource: as many as are left. */
  rest(): Entries {
    return new Entries(this.most - this.size, this.limit);
  }

  /** Takes those of a contained resource into account. */
  take({ size }: Entries): void {
    this.elsewhere += size;
  }

  private get size(): number {
    return this.elsewhere + this.postings.size + this.ranges.length + this.strings.length;
  }

  private count(): void {
    if (this.size >= this.most) throw tooManyValues(this.limit);
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
  contained: ReadonlyMap<string, string>;
  /** What the words of `_text` and `_content` are of. */
  words: Resource;
}

/** Indexed by the store itself, or not at all. */
const elsewhere = new Set(['_id', '_lastUpdated']);

/** Of the whole narrative or resource, whatever expression their definitions give. */
const WORDS = new Set(['_text', '_content']);

function extractParam(
  param: SearchParam,
  resource: Resource,
  entries: Entries,
  { registry, localBases, serves, instants, steps, contained, words }: Shared,
): void {
  const { type, code, expression, facts, components } = param;
  const { ports } = registry;
  if (elsewhere.has(code)) return;
  if (type === 'special') {
    if (code === '_text' && serves(code)) extractNarrative(words, entries);
    if (code === '_content' && serves(code)) extractContent(words, entries);
    if (expression !== undefined && !WORDS.has(code) && serves(code))
      for (const value of param.select(resource, resource, steps)) extractOwnWords(value, entries);
    return;
  }
  for (const value of param.select(resource, resource, steps)) {
    if (type !== 'composite') {
      entries.present();
      valueTypes[type].extract(value, entries, { facts, ports, localBases, instants, contained });
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

/** The entries of contained resources. Of several with one id, references name the first. */
function extractContained(
  contained: readonly Resource[],
  { updated }: ExtractOptions,
  entries: Entries,
  shared: Shared,
): ContainedEntries[] {
  if (contained.length > MAX_CONTAINED)
    throw tooCostly(`A resource may have ${MAX_CONTAINED} contained resources at most.`);
  return contained.map(one => {
    const { contained: _, ...text } = one;
    const own = entries.rest();
    extractParams(one, insideKey(''), own, { ...shared, words: text, instants: instantsIn(one) });
    const type = containedType(one.resourceType);
    own.begin(insideKey(baseKey(one.resourceType, '_id')));
    own.posting(anyForm(one.id!));
    entries.take(own);
    return { type, id: one.id!, json: JSON.stringify(text), index: indexOf(own, type, mainOf(one, updated)) };
  });
}

/** Contained resources with the names that their container and they themselves refer to them by. */
function namedIn(resource: Resource): { contained: Resource[]; names: Map<string, string> } {
  const names = new Map<string, string>();
  if (resource.id === undefined) return { contained: [], names };
  const container = `${resource.resourceType}/${resource.id}`;
  const contained = containedIn(resource).filter(({ id, resourceType }) => {
    if (typeof id !== 'string' || names.has(`#${id}`)) return false;
    names.set(`#${id}`, `${containedType(resourceType)}/${containedName(container, id)}`);
    return true;
  });
  return { contained, names };
}

const indexOf = ({ postings, ranges, strings }: Entries, type: string, main: number): IndexEntries => ({
  postings: [typePosting(type), ...postings],
  ranges,
  strings,
  main,
});

function mainOf(resource: Resource, updated: number): number {
  const main = mainDates[resource.resourceType];
  const value: Json | undefined = main && choice(resource, main.element, date.dataTypes);
  const { lo, hi } = (value === undefined ? undefined : intervalOf(value)) ?? { lo: FLOOR, hi: CEILING };
  return Math.floor(lo > FLOOR ? lo : hi < CEILING ? hi : updated);
}

/** The index entries of a resource. Values that make no sense are passed over. Fault `too-costly` for far too many. */
export function extract(resource: Resource, registry: SearchRegistry, options: ExtractOptions): IndexEntries {
  const { resourceType } = resource;
  const entries = new Entries(terminologies.has(resourceType) ? MAX_TERMINOLOGY_ENTRIES : MAX_ENTRIES);
  const { localBases, serves = () => true, updated } = options;
  const { contained, names } = namedIn(resource);
  const base = { registry, localBases, serves, steps: new Steps(), contained: names };
  const shared: Shared = { ...base, words: resource, instants: instantsIn(resource) };
  extractParams(resource, '', entries, shared);
  const inside = extractContained(contained, options, entries, shared);
  for (const posting of options.internal?.(resource) ?? []) entries.postings.add(posting);
  return {
    ...indexOf(entries, resourceType, mainOf(resource, updated)),
    ...defined({ contained: inside.length > 0 ? inside : undefined, generation: registry.generation }),
  };
}
