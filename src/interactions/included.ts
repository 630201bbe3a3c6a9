/** _include and _revinclude, iterated. https://hl7.org/fhir/R4/search.html#include */
import type { BundleEntry } from '../fhir/bundle.js';
import type { Issue } from '../fhir/fault.js';
import { lazyResource } from '../fhir/lazy-resource.js';
import { localReference, type LocalReference } from '../fhir/reference.js';
import type { Json } from '../fhir/resource.js';
import { namesOf } from '../search/canonical.js';
import { containedIn, plainType } from '../search/contained.js';
import { byType, canonicalsFor, referencesFor, referringTo, type Include } from '../search/include.js';
import type { ParsedSearch } from '../search/parse.js';
import type { Search } from '../search/query.js';
import type { Context, HandlerParts } from '../service.js';
import type { Version } from '../store/port.js';
import { createBreather } from '../runtime/breather.js';
import { boundedPage, charactersOf, countFitting, readParts } from '../content/bounded-page.js';
import { resourceEntries, shapeOf, type SearchsetParts } from './searchset.js';

/** Rounds of `:iterate`. Circular references end earlier, since no resource is included twice. */
const ROUNDS = 10;

export type IncludeParts = SearchsetParts & Pick<HandlerParts, 'registryOf' | 'limits'>;

interface Gathering {
  context: Context;
  parts: IncludeParts;
  /** `Type/id` of the resources on the page and of those included so far; of past versions `Type/id/_history/{version}`. */
  seen: Set<string>;
  taken: Version[];
  /** Characters of the page and of what is taken. */
  size: number;
  full: boolean;
}

/** The included resources of a page, as entries, and a warning if there are more than the limit allows. */
export async function included(
  context: Context,
  parsed: ParsedSearch,
  matches: readonly Version[],
  parts: IncludeParts,
): Promise<{ entries: BundleEntry[]; warnings: Issue[] }> {
  if (parsed.includes.length + parsed.revincludes.length === 0) return { entries: [], warnings: [] };
  const gathering: Gathering = {
    context,
    parts,
    seen: new Set(matches.map(nameOf)),
    taken: [],
    size: charactersOf(matches),
    full: false,
  };
  let front = matches;
  for (let round = 0; front.length > 0 && round < ROUNDS && !gathering.full; round++) {
    const applies = ({ iterate }: Include): boolean => round === 0 || iterate;
    front = await gather(gathering, front, parsed.includes.filter(applies), parsed.revincludes.filter(applies));
  }
  // R4: `_elements` applies to the matches alone.
  const { elements: _, ...view } = parsed;
  const shape = shapeOf(view, parts);
  return {
    entries: await resourceEntries(context, gathering.taken, { mode: 'include', shape }, parts),
    warnings: gathering.full ? [cut(parts)] : [],
  };
}

/** Resources whose references are followed in one turn of the event loop. */
const FRONT = 200;

async function gather(
  gathering: Gathering,
  front: readonly Version[],
  includes: readonly Include[],
  revincludes: readonly Include[],
): Promise<Version[]> {
  const taken: Version[] = [];
  const breathe = createBreather();
  for (let at = 0; at < front.length && !gathering.full; at += FRONT) {
    const part = front.slice(at, at + FRONT);
    if (includes.length > 0) taken.push(...(await referenced(gathering, part, includes)));
    for (const include of revincludes) {
      taken.push(...(await referring(gathering, part, include)));
      await breathe();
    }
    await breathe();
  }
  return taken;
}

/** The resources that these refer to. */
async function referenced(
  gathering: Gathering,
  front: readonly Version[],
  includes: readonly Include[],
): Promise<Version[]> {
  const { context, seen, parts } = gathering;
  const { partition, endpoint } = context;
  const registry = parts.registryOf(partition);
  const parsed = new Map<string, Json>();
  const resources = front.map(({ key, json }) => lazyResource(json, plainType(key.type), parsed));
  const outer = byType(resources);
  const inside = includes.some(({ iterate }) => iterate) ? resources.flatMap(containedIn) : [];
  const names = includes.flatMap(include => {
    // What is contained is in the answer already, and what it refers to comes with the next iteration.
    const sources = include.iterate ? byType([...resources, ...inside]) : outer;
    return referencesFor(include, sources, registry, [endpoint.url]);
  });
  const wanted = [...new Set(names)]
    .filter(name => !seen.has(name))
    .map(name => localReference(name, [])!)
    .filter(({ type }) => endpoint.resources.has(type));
  const taken = await named(gathering, wanted);
  const canonical = includes.flatMap(include => canonicalsFor(include, outer, registry));
  return [...taken, ...(await searched(gathering, canonical))];
}

/**
 * The resources of these names; where a name states a version, that version, as long as the resource is there.
 * https://hl7.org/fhir/R4/search.html#include
 */
async function named(gathering: Gathering, wanted: readonly LocalReference[]): Promise<Version[]> {
  const { partition, store, request } = gathering.context;
  const keys = wanted.map(({ type, id }) => ({ partition, type, id }));
  const [taken, past]: [Version[], PastVersion[]] = [[], []];
  let at = 0;
  for await (const found of readParts(store, keys, request)) {
    const live = found.flatMap(version => {
      const { versionId } = wanted[at++]!;
      return version && !version.deleted ? [{ version, stated: Number(versionId ?? version.version) }] : [];
    });
    const current = live.filter(({ version, stated }) => stated === version.version).map(({ version }) => version);
    taken.push(...take(gathering, current));
    past.push(
      ...live.flatMap(({ version: { key, version }, stated }) =>
        stated < version && isVersion(stated) ? [{ key, version: stated }] : [],
      ),
    );
    if (gathering.full) break;
  }
  return [...taken, ...(await pastVersions(gathering, past))];
}

type PastVersion = Pick<Version, 'key' | 'version'>;

/** Past versions that are read at once. */
const PARALLEL = 2;

/** Past versions of these resources, until there is no room for more. */
async function pastVersions(gathering: Gathering, past: readonly PastVersion[]): Promise<Version[]> {
  const { store } = gathering.context;
  const taken: Version[] = [];
  for (let at = 0; at < past.length && !gathering.full; at += PARALLEL) {
    const some = past.slice(at, at + PARALLEL);
    const versions = await Promise.all(some.map(({ key, version }) => store.version(key, version)));
    const live = versions.filter(version => version !== undefined && !version.deleted) as Version[];
    taken.push(...take(gathering, live, versionName));
  }
  return taken;
}

const isVersion = (stated: number): boolean => Number.isSafeInteger(stated) && stated > 0;

/** The resources that refer to these. */
async function referring(gathering: Gathering, front: readonly Version[], include: Include): Promise<Version[]> {
  const { endpoint, partition } = gathering.context;
  const registry = gathering.parts.registryOf(partition);
  const resources = front.map(version => {
    const canonical = registry.get(version.key.type, 'url')
      ? namesOf(lazyResource(version.json, version.key.type))
      : [];
    return { type: version.key.type, names: [nameOf(version), ...canonical] };
  });
  return searched(gathering, referringTo(include, resources, [...endpoint.resources.keys()], registry));
}

async function searched(gathering: Gathering, of: Search['of']): Promise<Version[]> {
  const { endpoint, partition, request, store } = gathering.context;
  const served = of.filter(({ type }) => endpoint.resources.has(type));
  if (served.length === 0) return [];
  const limit = gathering.parts.limits.maxIncludes - gathering.taken.length + 1;
  const search = { partition, of: served, sort: [], limit, deadline: request.deadline };
  const page = await boundedPage(one => store.search(one), search, request);
  if (page.next && page.rows.length < limit) gathering.full = true;
  return take(gathering, page.rows);
}

/** Takes in what is not there yet by its name, as far as there is room. */
function take(gathering: Gathering, found: readonly Version[], name = nameOf): Version[] {
  const { seen, taken, parts } = gathering;
  const fresh = [...new Map(found.map(version => [name(version), version])).values()].filter(
    version => !seen.has(name(version)),
  );
  const room = Math.max(0, parts.limits.maxIncludes - taken.length);
  const kept = fresh.slice(0, Math.min(room, countFitting(fresh, gathering.size)));
  if (kept.length < fresh.length) gathering.full = true;
  gathering.size += charactersOf(kept);
  for (const version of kept) seen.add(name(version));
  taken.push(...kept);
  return kept;
}

const nameOf = ({ key }: Version): string => `${key.type}/${key.id}`;

const versionName = ({ key, version }: Version): string => `${key.type}/${key.id}/_history/${version}`;

const cut = ({ limits }: IncludeParts): Issue => ({
  severity: 'warning',
  code: 'too-costly',
  diagnostics: `More than ${limits.maxIncludes} resources, or too large ones, would be included; the rest is left out.`,
});
