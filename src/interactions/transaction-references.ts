/**
 * References between the entries of a transaction: ids are settled first, then every reference to an entry's fullUrl is
 * rewritten, and conditional references (`Patient?identifier=…`) are resolved. https://hl7.org/fhir/R4/http.html#trules
 */
import { Fault } from '../fhir/fault.js';
import { parseForm } from '../fhir/form.js';
import type { Query } from '../fhir/request.js';
import type { Json, JsonObject, Resource } from '../fhir/resource.js';
import type { Context } from '../service.js';
import { atMostOne, criteriaText, matching } from './conditional.js';
import { entryFault, within, type Entry } from './entry.js';

export interface Settled {
  settled: Entry[];
  /** Entry index → id that its create must give. */
  ids: Map<number, string>;
  /** Entry index → `Type/id` of the resource it is about, made by it or there already. */
  targets: Map<number, string>;
}

export async function settleReferences(context: Context, entries: readonly Entry[]): Promise<Settled> {
  const ids = new Map<number, string>();
  const targets = new Map<number, string>();
  const names = new Map<string, string>();
  refuseSameCriteria(entries);
  for (const entry of entries) {
    const id = await settledId(context, entry, ids).catch((error: unknown) => {
      throw within(entry, error);
    });
    const { index, fullUrl, path } = entry;
    const [type] = path;
    if (id === undefined || type === undefined) continue;
    const name = `${type}/${id}`;
    targets.set(index, name);
    if (fullUrl === undefined) continue;
    if (names.has(fullUrl)) throw entryFault(index, 'Two entries have the same fullUrl.');
    names.set(fullUrl, name);
  }
  const settled: Entry[] = [];
  for (const entry of entries) settled.push(await rewritten(context, entry, names));
  return { settled, ids, targets };
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

/** The id an entry's resource has or will have. */
async function settledId(context: Context, entry: Entry, ids: Map<number, string>): Promise<string | undefined> {
  const [type = '', id] = entry.path;
  const criteria = criteriaOf(entry);
  if (criteria === undefined && entry.method !== 'POST') return id;
  if (!context.endpoint.resources.has(type)) return undefined; // refused when the entry runs
  const found = criteria === undefined ? undefined : atMostOne(await matching(context, type, criteria));
  if (found) return found.key.id;
  if (entry.method !== 'POST' && entry.method !== 'PUT') return undefined;
  const given = entry.method === 'PUT' ? entry.resource?.id : undefined;
  const fresh = given ?? context.services.ids.next();
  ids.set(entry.index, fresh);
  return fresh;
}

function criteriaOf({ method, path, query, headers }: Entry): Query | undefined {
  const condition = headers['if-none-exist'];
  if (method === 'POST') return condition === undefined ? undefined : criteriaText(condition);
  const conditional = path.length === 1 && (method === 'PUT' || method === 'PATCH' || method === 'DELETE');
  return conditional ? query : undefined;
}

async function rewritten(context: Context, entry: Entry, names: ReadonlyMap<string, string>): Promise<Entry> {
  if (entry.resource === undefined) return entry;
  const conditions = new Map<string, string>();
  for (const reference of conditionalReferences(entry.resource)) {
    conditions.set(reference, await resolved(context, entry, reference));
  }
  const root = rootOf(entry.fullUrl);
  const replace = (text: string, name: string): string => {
    if (name !== 'reference') return text.startsWith('urn:') ? (names.get(text) ?? withFragment(text, names)) : text;
    const replaced = conditions.get(text) ?? names.get(text) ?? names.get(root + text) ?? withFragment(text, names);
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

/** `urn:uuid:…#fragment` keeps its tail. */
function withFragment(text: string, names: ReadonlyMap<string, string>): string {
  const at = text.indexOf('#');
  const name = at > 0 ? names.get(text.slice(0, at)) : undefined;
  return name === undefined ? text : name + text.slice(at);
}

const CONDITIONAL = /^([A-Z][A-Za-z]+)\?(.+)$/s;

function conditionalReferences(value: Json | undefined, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const one of value) conditionalReferences(one, found);
  else if (isObject(value)) {
    const { reference } = value;
    if (typeof reference === 'string' && CONDITIONAL.test(reference)) found.add(reference);
    for (const one of Object.values(value)) conditionalReferences(one, found);
  }
  return found;
}

async function resolved(context: Context, entry: Entry, reference: string): Promise<string> {
  const [, type = '', criteria = ''] = CONDITIONAL.exec(reference) ?? [];
  if (!context.endpoint.resources.has(type))
    throw entryFault(entry.index, `A conditional reference names ${type}, which is not served here.`);
  const { versions } = await matching(context, type, parseForm(criteria));
  if (versions.length === 1 && versions[0]) return `${type}/${versions[0].key.id}`;
  throw new Fault(
    'precondition',
    `A conditional reference matches ${versions.length === 0 ? 'no' : 'more than one'} ${type}.`,
    {
      code: versions.length === 0 ? 'not-found' : 'multiple-matches',
      expression: `Bundle.entry[${entry.index}].resource`,
    },
  );
}

/** Elements that hold a link to another resource: Reference.reference, and uris (an Attachment's url); canonicals stay as they are. */
const LINKS = new Set(['reference', 'url', 'uri', 'valueUri', 'valueUrl', 'instantiatesUri']);

type Replace = (text: string, name: string) => string;

/** The value with every link in it replaced; `replace` gets the link and the name of its element. */
export function mapReferences(value: Json, replace: Replace): Json {
  if (Array.isArray(value)) return value.map(one => mapReferences(one, replace));
  if (!isObject(value)) return value;
  const mapped: JsonObject = {};
  for (const [name, one] of Object.entries(value)) {
    if (one === undefined) continue;
    mapped[name] =
      typeof one === 'string' && LINKS.has(name)
        ? replace(one, name)
        : typeof one === 'string' && name === 'div'
          ? inNarrative(one, replace)
          : mapReferences(one, replace);
  }
  return mapped;
}

/** Links and images in narrative follow too. */
const inNarrative = (div: string, replace: Replace): string =>
  div.replace(
    /(href|src)="(urn:[^"]+)"/g,
    (_all, attribute: string, url: string) => `${attribute}="${replace(url, attribute)}"`,
  );

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);

/** A raw JSON number is an object to JavaScript and a value to FHIR. */
const isRawNumber = (value: object): boolean => 'rawJSON' in value && Object.isFrozen(value);
