/**
 * References between the entries of a transaction: ids are settled first, then every reference to an entry's fullUrl is
 * rewritten, and conditional references (`Patient?identifier=…`) are resolved. https://hl7.org/fhir/R4/http.html#trules
 */
import { Fault } from '../fhir/fault.js';
import type { Query } from '../fhir/request.js';
import { mapReferences } from '../fhir/map-references.js';
import type { Resource } from '../fhir/resource.js';
import type { Context, Services } from '../service.js';
import { conditionalReferences, type Touched } from './conditional-references.js';
import { atMostOne, criteriaText, matching, type CriteriaParts } from './conditional.js';
import { deletable } from './delete.js';
import { entryFault, within, type Entry } from './entry.js';
import { yieldTurn } from '../runtime/yield-turn.js';

export type SettlingParts = CriteriaParts & Pick<Services, 'ids'>;

export interface Settled {
  settled: Entry[];
  /** Entry index → id that its create must give. */
  ids: Map<number, string>;
  /** Entry index → `Type/id` of what it is about, made by it or there already: a conditional delete may take several. */
  targets: Map<number, string[]>;
}

export async function settleReferences(
  context: Context,
  entries: readonly Entry[],
  parts: SettlingParts,
): Promise<Settled> {
  const ids = new Map<number, string>();
  const targets = new Map<number, string[]>();
  const names = new Map<string, string>();
  refuseSameCriteria(entries);
  for (const entry of entries) {
    await yieldTurn(entry.index);
    const settledTo = await settledIds(context, entry, ids, parts).catch((error: unknown) => {
      throw within(entry, error);
    });
    const { index, fullUrl, path } = entry;
    const about = settledTo.map(id => `${path[0]}/${id}`);
    targets.set(index, about);
    const [name, ...others] = about;
    if (fullUrl === undefined || name === undefined || others.length > 0) continue;
    if (names.has(fullUrl)) throw entryFault(index, 'Two entries have the same fullUrl.');
    names.set(fullUrl, name);
  }
  const touched = entries.flatMap(entry => touchedBy(entry, targets, ids));
  const links: Links = { names, fresh: new Set([...ids.keys()].flatMap(index => targets.get(index) ?? [])) };
  const settled: Entry[] = [];
  for (const entry of entries) {
    await yieldTurn(entry.index);
    const conditions = await conditionalReferences(context, entry, touched, parts);
    settled.push(rewritten(entry, conditions, links));
  }
  return { settled, ids, targets };
}

/** The resources that an entry changes as a whole. */
function touchedBy(
  { index, method, resource }: Entry,
  targets: ReadonlyMap<number, readonly string[]>,
  ids: ReadonlyMap<number, string>,
): Touched[] {
  const names = targets.get(index) ?? [];
  if (method === 'DELETE') return names.map(name => ({ name }));
  const whole = method === 'PUT' || (method === 'POST' && ids.has(index));
  return resource && whole ? names.map(name => ({ name, resource })) : [];
}

/** Two entries with one condition are about one resource, whether it is there yet or not. */
function refuseSameCriteria(entries: readonly Entry[]): void {
  const seen = new Set<string>();
  for (const entry of entries) {
    const criteria = criteriaOf(entry);
    if (criteria === undefined) continue;
    const condition = JSON.stringify([entry.path[0], ...criteria.map(pair => pair.join('=')).sort()]);
    if (seen.has(condition)) throw entryFault(entry.index, 'Two entries have the same condition.');
    seen.add(condition);
  }
}

/** The id an entry's resource has or will have; those of what a conditional delete takes. */
async function settledIds(
  context: Context,
  entry: Entry,
  ids: Map<number, string>,
  parts: SettlingParts,
): Promise<string[]> {
  const [type = '', id] = entry.path;
  const criteria = criteriaOf(entry);
  if (criteria === undefined && entry.method !== 'POST') return id === undefined ? [] : [id];
  if (!context.endpoint.resources.has(type)) return []; // refused when the entry runs
  if (criteria && entry.method === 'DELETE') {
    const { versions } = await deletable(context, type, criteria, parts);
    return versions.map(({ key }) => key.id);
  }
  const found = criteria === undefined ? undefined : atMostOne(await matching(context, type, criteria, parts));
  if (found) return [found.key.id];
  if (entry.method !== 'POST' && entry.method !== 'PUT') return [];
  const given = entry.method === 'PUT' ? entry.resource?.id : undefined;
  const fresh = given ?? parts.ids.next();
  ids.set(entry.index, fresh);
  return [fresh];
}

function criteriaOf({ method, path, query, headers }: Entry): Query | undefined {
  const condition = headers['if-none-exist'];
  if (method === 'POST') return condition === undefined ? undefined : criteriaText(condition);
  const conditional = path.length === 1 && (method === 'PUT' || method === 'PATCH' || method === 'DELETE');
  return conditional ? query : undefined;
}

function rewritten(entry: Entry, conditions: ReadonlyMap<string, string>, links: Links): Entry {
  if (entry.resource === undefined) return entry;
  const root = rootOf(entry.fullUrl);
  const replace = (text: string, name: string): string => {
    if (name !== 'reference') return text.startsWith('urn:') ? (linked(text, links) ?? text) : text;
    const replaced = conditions.get(text) ?? linked(text, links) ?? linked(root + text, links) ?? text;
    if (!replaced.startsWith('urn:uuid:')) return replaced;
    throw new Fault('invalid', 'A reference names a fullUrl that no entry of the transaction has.', {
      code: 'not-found',
      expression: `Bundle.entry[${entry.index}].resource`,
    });
  };
  return { ...entry, resource: mapReferences(entry.resource, replace) as Resource };
}

/** What a relative reference in an entry is relative to, if that is a server. https://hl7.org/fhir/R4/bundle.html#references */
const rootOf = (fullUrl = ''): string => /^(https?:\/\/.+\/)[A-Z][A-Za-z]+\/[A-Za-z0-9.-]+$/.exec(fullUrl)?.[1] ?? '';

interface Links {
  /** fullUrl → `Type/id`. */
  names: ReadonlyMap<string, string>;
  /** Those that the transaction makes, whatever their first version is called where they come from. */
  fresh: ReadonlySet<string>;
}

const LINK = /^(.*?)(\/_history\/[A-Za-z0-9.-]+)?(#.*)?$/s;

/** What a link leads to, if to an entry: a reference to a version stays one, `urn:uuid:…#fragment` keeps its tail. */
function linked(text: string, { names, fresh }: Links): string | undefined {
  const [, url = '', version = '', fragment = ''] = LINK.exec(text) ?? [];
  const name = names.get(url);
  if (name === undefined) return undefined;
  return name + (version !== '' && fresh.has(name) ? '/_history/1' : version) + fragment;
}
