/**
 * References between the entries of a transaction: first each new resource gets its id, then every reference to an entry's
 * fullUrl is rewritten, and conditional references (`Patient?identifier=…`) are resolved. https://hl7.org/fhir/R4/http.html#trules
 */
import { Fault } from '../fhir/fault.js';
import type { Method, Query } from '../fhir/request.js';
import { mapReferences } from '../fhir/map-references.js';
import type { Resource } from '../fhir/resource.js';
import type { Context, HandlerParts } from '../service.js';
import type { Criterion } from '../store/port.js';
import { conditionalReferences, type PendingChange, type ResolvedReference } from './conditional-references.js';
import { atMostOne, criteriaText, idsOf, matching, type CriteriaParts } from './conditional.js';
import { deletable } from './delete.js';
import { entryFault, within, type Entry } from './entry.js';
import { inOneCase, isUuidUrl } from '../fhir/uuid-url.js';
import { createBreather, IN_ONE_TURN } from '../runtime/breather.js';

export type ResolvingParts = CriteriaParts & Pick<HandlerParts, 'ids'>;

export interface ResolvedEntries {
  entries: Entry[];
  /** Entry index → id of the resource that the entry creates. */
  assignedIds: Map<number, string>;
  /** Entry index → `Type/id` of its resources, new or existing: a conditional delete may have several. */
  targets: Map<number, string[]>;
  /** `Type/id` of what the transaction deletes. */
  deleted: ReadonlySet<string>;
  /** Under which the conditional references mean what they are resolved to. */
  criteria: Criterion[];
}

export async function resolveEntries(
  context: Context,
  entries: readonly Entry[],
  parts: ResolvingParts,
): Promise<ResolvedEntries> {
  const assignedIds = new Map<number, string>();
  const targets = new Map<number, string[]>();
  const names = new Map<string, string>();
  const deleted = new Set<string>();
  const breathe = createBreather(IN_ONE_TURN);
  refuseSameCriteria(entries, context.endpoint.url);
  for (const entry of deletionsFirst(entries)) {
    await breathe();
    const ids = await targetIds(context, entry, { assignedIds, deleted }, parts).catch((error: unknown) => {
      throw within(entry, error);
    });
    const { index, fullUrl, path, method } = entry;
    const own = ids.map(id => `${path[0]}/${id}`);
    targets.set(index, own);
    if (method === 'DELETE') for (const name of own) deleted.add(name);
    const [name, ...others] = own;
    if (fullUrl === undefined || name === undefined || others.length > 0) continue;
    const known = inOneCase(fullUrl);
    if (names.has(known)) throw entryFault(index, 'Two entries have the same fullUrl.');
    names.set(known, name);
  }
  const pending = entries.flatMap(entry => pendingChanges(entry, targets, assignedIds));
  const links: Links = { names, fresh: new Set([...assignedIds.keys()].flatMap(index => targets.get(index) ?? [])) };
  const resolved: Entry[] = [];
  const criteria: Criterion[] = [];
  for (const entry of entries) {
    await breathe();
    const conditions = await conditionalReferences(context, entry, pending, parts);
    criteria.push(...[...conditions.values()].map(({ criterion }) => criterion));
    resolved.push(rewritten(entry, conditions, links));
  }
  return { entries: resolved, assignedIds, targets, deleted, criteria };
}

const deletionsFirst = (entries: readonly Entry[]): Entry[] => [
  ...entries.filter(({ method }) => method === 'DELETE'),
  ...entries.filter(({ method }) => method !== 'DELETE'),
];

/** The resources that an entry deletes or writes in full. A patch is not among them: its result is not known yet. */
function pendingChanges(
  { index, method, resource }: Entry,
  targets: ReadonlyMap<number, readonly string[]>,
  assignedIds: ReadonlyMap<number, string>,
): PendingChange[] {
  const names = targets.get(index) ?? [];
  if (method === 'DELETE') return names.map(name => ({ name }));
  const whole = method === 'PUT' || (method === 'POST' && assignedIds.has(index));
  return resource && whole ? names.map(name => ({ name, resource })) : [];
}

/**
 * Two entries with the same condition would write the same resource, even one that does not exist yet. A create finds
 * nothing of what a deletion found before it.
 */
function refuseSameCriteria(entries: readonly Entry[], base: string): void {
  const seen = new Map<string, Method[]>();
  for (const entry of entries) {
    const criteria = criteriaOf(entry, base);
    if (criteria === undefined) continue;
    const condition = JSON.stringify([entry.path[0], ...criteria.map(pair => pair.join('=')).sort()]);
    const others = seen.get(condition) ?? [];
    if (others.some(other => !areApart(other, entry.method))) {
      throw entryFault(entry.index, 'Two entries have the same condition.');
    }
    seen.set(condition, [...others, entry.method]);
  }
}

const areApart = (one: Method, other: Method): boolean =>
  (one === 'DELETE' && other === 'POST') || (one === 'POST' && other === 'DELETE');

/** The id of the entry's resource, assigned here if the resource is new; of a conditional delete, the ids of its matches. */
async function targetIds(
  context: Context,
  entry: Entry,
  { assignedIds, deleted }: { assignedIds: Map<number, string>; deleted: ReadonlySet<string> },
  parts: ResolvingParts,
): Promise<string[]> {
  const [type = '', id] = entry.path;
  const criteria = criteriaOf(entry, context.endpoint.url);
  if (criteria === undefined && entry.method !== 'POST') return id === undefined ? [] : [id];
  if (!context.endpoint.resources.has(type)) return []; // the entry is refused when it runs
  if (criteria && entry.method === 'DELETE') {
    const { versions } = await deletable(context, type, criteria, parts);
    return versions.map(({ key }) => key.id);
  }
  const besides = entry.method === 'POST' ? idsOf(type, deleted) : [];
  const found = criteria && atMostOne(await matching(context, type, criteria, parts, { besides }));
  if (found) return [found.key.id];
  if (entry.method !== 'POST' && entry.method !== 'PUT') return [];
  const given = entry.method === 'PUT' ? entry.resource?.id : undefined;
  const fresh = given ?? parts.ids.next();
  assignedIds.set(entry.index, fresh);
  return [fresh];
}

function criteriaOf({ method, path, query, headers }: Entry, base: string): Query | undefined {
  const condition = headers['if-none-exist'];
  if (method === 'POST') return condition === undefined ? undefined : criteriaText(condition, path[0] ?? '', base);
  const conditional = path.length === 1 && (method === 'PUT' || method === 'PATCH' || method === 'DELETE');
  return conditional ? query : undefined;
}

function rewritten(entry: Entry, conditions: ReadonlyMap<string, ResolvedReference>, links: Links): Entry {
  if (entry.resource === undefined) return entry;
  const root = rootOf(entry.fullUrl);
  const replace = (text: string, name: string): string => {
    if (name !== 'reference') return /^urn:/i.test(text) ? (linked(text, links) ?? text) : text;
    const replaced = conditions.get(text)?.name ?? linked(text, links) ?? linked(root + text, links) ?? text;
    if (!isUuidUrl(replaced)) return replaced;
    throw new Fault('invalid', 'A reference names a fullUrl that no entry of the transaction has.', {
      code: 'not-found',
      expression: `Bundle.entry[${entry.index}].resource`,
    });
  };
  return { ...entry, resource: mapReferences(entry.resource, replace) as Resource };
}

/** The server that relative references of an entry are relative to, if its fullUrl is on one. https://hl7.org/fhir/R4/bundle.html#references */
const rootOf = (fullUrl = ''): string => /^(https?:\/\/.+\/)[A-Z][A-Za-z]+\/[A-Za-z0-9.-]+$/.exec(fullUrl)?.[1] ?? '';

interface Links {
  /** fullUrl, of a UUID in lower case → `Type/id`. */
  names: ReadonlyMap<string, string>;
  /** `Type/id` of the resources that the transaction creates: their version is 1, whatever number the sender's server has. */
  fresh: ReadonlySet<string>;
}

const LINK = /^(.*?)(\/_history\/[A-Za-z0-9.-]+)?(#.*)?$/s;

/** The link to the resource of an entry, if it leads to one: a reference to a version stays one, and a fragment is kept. */
function linked(text: string, { names, fresh }: Links): string | undefined {
  const [, url = '', version = '', fragment = ''] = LINK.exec(text) ?? [];
  const name = names.get(inOneCase(url));
  if (name === undefined) return undefined;
  return name + (version !== '' && fresh.has(name) ? '/_history/1' : version) + fragment;
}
