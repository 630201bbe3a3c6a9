/** Resources that were right, and then were not: types, names, values and bytes changed at random places. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Resource } from '../../src/fhir/resource.js';
import { oneIn } from './chance.js';
import { hostileName, hostileValue } from './hostile.js';

type Tree = Record<string, unknown>;

const BINARY = { resourceType: 'Binary', id: 'fuzz-1', contentType: 'text/plain', data: 'aGVsbG8=' };

/** The demo's own resources, the portal's profiles and terminology with their examples, and its search parameters. */
export function seeds(root: string): Resource[] {
  const files = [
    ...readdirSync(join(root, 'profiles'), { recursive: true }).map(name => join(root, 'profiles', String(name))),
    ...readdirSync(join(root, 'capability/search-parameters')).map(name =>
      join(root, 'capability/search-parameters', name),
    ),
  ];
  const own = files
    .filter(file => file.endsWith('.json') && !file.includes('counter-'))
    .map(file => read<Resource>(file));
  const demo = ['patients', 'members', 'staff'].flatMap(name => read<Resource[]>(join(root, 'demo', `${name}.json`)));
  const folder = join(root, 'demo', 'synthea');
  const synthea = readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .sort();
  const patients = synthea.flatMap(name => read<Resource[]>(join(folder, name)));
  const all = [BINARY, ...demo, ...own, ...patients];
  return all.filter(resource => JSON.stringify(resource).length < 5000);
}

const read = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;

interface Change {
  at: number;
  how: 'replace' | 'rename' | 'remove' | 'wrap' | 'repeat' | 'add';
  name: string;
  value: unknown;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom('replace', 'replace', 'rename', 'remove', 'wrap', 'repeat', 'add'),
  name: hostileName,
  value: hostileValue,
});

interface Place {
  owner: Tree;
  key: string;
}

function placesOf(owner: Tree): Place[] {
  return Object.keys(owner).flatMap(key => {
    const value = owner[key];
    const below = typeof value === 'object' && value !== null && !Object.isFrozen(value) ? placesOf(value as Tree) : [];
    return [{ owner, key }, ...below];
  });
}

/** A copy: what is put in may be changed in turn. Raw JSON numbers are frozen, and stay what they are. */
function fresh(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) return value.map(fresh);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fresh(one)]));
}

function apply(tree: Tree, { at, how, name, value: given }: Change): void {
  const value = fresh(given);
  const places = placesOf(tree);
  const place = places[at % places.length];
  if (!place) return;
  const { owner, key } = place;
  const before = owner[key];
  if (how === 'replace') owner[key] = value;
  else if (how === 'wrap') owner[key] = [before];
  else if (how === 'repeat') owner[key] = [before, fresh(before)];
  else if (how === 'add') define(owner, name, value);
  else {
    Reflect.deleteProperty(owner, key);
    if (how === 'rename') define(owner, name, before);
  }
}

/** `__proto__` too becomes a property of its own. */
function define(owner: Tree, name: string, value: unknown): void {
  if (Array.isArray(owner)) return;
  Object.defineProperty(owner, name, { value, enumerable: true, writable: true, configurable: true });
}

/** A resource as it was meant, and what became of it. */
export interface Changed {
  type: string;
  id: string;
  body: unknown;
}

/** In place of its own, mostly. */
const newId = fc.constantFrom('fuzz-1', 'fuzz-2', undefined);

/** One of these: each type as often as any other. */
function seedOf(from: readonly Resource[]): fc.Arbitrary<Resource> {
  const byType = Map.groupBy(from, ({ resourceType }) => resourceType);
  return fc.constantFrom(...byType.values()).chain(some => fc.constantFrom(...some));
}

/**
 * A resource with some changes, as values.
 * @param from mostly
 * @param others now and then
 */
export function changedResource(from: readonly Resource[], others: readonly Resource[]): fc.Arbitrary<Changed> {
  return fc
    .tuple(
      oneIn(4, seedOf(others), seedOf(from)),
      oneIn(3, fc.constant<Change[]>([]), fc.array(change, { minLength: 1, maxLength: 3 })),
      newId,
    )
    .map(([seed, changes, id]) => {
      const tree = structuredClone(seed) as unknown as Tree;
      if (id !== undefined) tree['id'] = id;
      for (const one of changes) apply(tree, one);
      return { type: seed.resourceType, id: id ?? String(seed.id), body: tree };
    });
}

/** What goes wrong with the text of a body. */
const mishaps: readonly ((text: string) => Buffer)[] = [
  text => Buffer.from(`\ufeff${text}`),
  text => Buffer.from(text, 'utf16le'),
  text => Buffer.from(text, 'latin1'),
  text => Buffer.from(`${text} x`),
  text => Buffer.from(`${text}${text}`),
  text => Buffer.from(text.slice(0, text.length / 2)),
  text => Buffer.from(text.replace('{', '{"id":"a","id":"b",')),
  text => Buffer.from(text.replace('"', '"\ud800')),
  text => Buffer.from(text.replace(/"[^"]*"(?=[,}])/, 'NaN')),
  text => Buffer.from(text.replace(/,/, ',,')),
  text => Buffer.from(text.replace(/"/g, "'")),
  text => Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe, 0x00])]),
  text => Buffer.from(text.replace(/"([a-z]+)":/, '"$1":1,"\\u0061":2,"a":')),
  () => Buffer.alloc(0),
];

/** Spoils a body, now and then. */
export const mishap: fc.Arbitrary<(body: Buffer) => Buffer> = oneIn(
  12,
  fc.constantFrom(...mishaps).map(spoil => (body: Buffer) => spoil(body.toString())),
  fc.constant((body: Buffer) => body),
);

/** A body as it is sent: text as it is, anything else as JSON. */
export const bytesOf = (body: unknown): Buffer => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
