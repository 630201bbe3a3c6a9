/** Requests at random, most of them near to ones that a client could send. */
import { gzipSync } from 'node:zlib';
import type { CapabilityStatement } from 'fhir/r4.js';
import fc from 'fast-check';
import type { Resource } from '../../src/fhir/resource.js';
import { bundleOf } from './bundles.js';
import type { Sent } from './exchange.js';
import { someHeaders, someType } from './headers.js';
import { oneIn } from './chance.js';
import { encoded, hostileText } from './hostile.js';
import { operation, parameters } from './operations.js';
import { fhirPathPatch, jsonPatch } from './patches.js';
import { bytesOf, changedResource, mishap } from './resources.js';
import { declaredIn, searchOf } from './searches.js';
import { defined } from '../../src/fhir/defined.js';

export interface Target {
  /** Path of the endpoint: `/fhir/portal`. */
  base: string;
  statement: CapabilityStatement;
}

/** What bodies are made of. */
export interface Seeds {
  /** As they are in use. */
  resources: readonly Resource[];
  /** The smallest of every type. */
  smallest: readonly Resource[];
}

interface Content {
  /** Below the endpoint's base. */
  path: string;
  /** The text of a JSON body, or any other. */
  body?: unknown;
  type?: string;
}

type Kind = [weight: number, method: fc.Arbitrary<string>, content: fc.Arbitrary<Content>];

const JSON_PATCH = 'application/json-patch+json';
const FORM = 'application/x-www-form-urlencoded';

const always = (method: string): fc.Arbitrary<string> => fc.constant(method);
const read = fc.constantFrom('GET', 'GET', 'GET', 'HEAD');

/** Kinds of requests against one endpoint. */
function kinds({ statement }: Target, { resources, smallest }: Seeds): Kind[] {
  const declared = declaredIn(statement);
  const served = new Set(declared.map(({ type }) => type));
  const types = fc.constantFrom(...served);
  const isServed = ({ resourceType }: Resource): boolean => served.has(resourceType);
  const own = resources.filter(isServed);
  const changed = changedResource(own, smallest.filter(isServed));
  const resource = changed.map(({ body }) => body);
  const search = searchOf(declared);
  const id = oneIn(5, encoded(hostileText), fc.constantFrom('fuzz-1', 'fuzz-2', 'demo-patient', 'demo-welcome'));
  const there = fc.constantFrom(...own.map(({ resourceType, id: name }) => `${resourceType}/${String(name)}`));
  const one = oneIn(3, join(types, id), oneIn(2, there, fc.constantFrom('Patient/fuzz-1', 'Patient/fuzz-2')));
  const found = search.map(({ type, query }) => `${type}?${query}`);
  const segment = fc.oneof(types, id, fc.constantFrom('_history', '_search', 'metadata', '$meta', '.', '..', ''));
  const path = (paths: fc.Arbitrary<string>) => paths.map(below => ({ path: below }));
  return [
    [8, read, path(found)],
    [2, read, path(search.map(({ query }) => `?${query}`))],
    [2, always('POST'), search.map(({ type, query }) => ({ path: `${type}/_search`, body: query, type: FORM }))],
    [2, read, path(join(one, found))],
    [2, read, path(join(one, fc.constant('_history'), id))],
    [2, read, path(fc.tuple(one, search).map(([name, { query }]) => `${name}/_history?${query}`))],
    [3, read, path(one)],
    [6, always('POST'), changed.map(({ type, body }) => ({ path: type, body }))],
    [6, always('PUT'), changed.map(({ type, id, body }) => ({ path: `${type}/${id}`, body }))],
    [1, fc.constantFrom('PUT', 'PATCH'), fc.record({ path: found, body: resource })],
    [1, always('DELETE'), path(oneIn(3, found, join(types, fc.constantFrom('fuzz-1', 'fuzz-2'))))],
    [3, always('PATCH'), fc.record({ path: one, body: jsonPatch, type: fc.constant(JSON_PATCH) })],
    [3, always('PATCH'), fc.record({ path: one, body: fhirPathPatch })],
    [5, always('POST'), fc.record({ path: fc.constant(''), body: bundleOf(changed, fc.oneof(found, one)) })],
    [
      3,
      fc.constantFrom('GET', 'POST'),
      fc.record({ path: join(types, operation), body: fc.oneof(parameters, resource) }),
    ],
    [2, fc.constantFrom('GET', 'POST'), fc.record({ path: join(one, operation), body: parameters })],
    [2, fc.constantFrom('GET', 'POST', 'PUT', 'OPTIONS', 'PROPFIND', 'TRACE'), path(join(segment, segment, segment))],
  ];
}

const join = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.tuple(...parts).map(all => all.join('/'));

const packings: readonly ((body: Buffer) => Pick<Sent, 'body' | 'headers'>)[] = [
  body => ({ body: gzipSync(body), headers: { 'content-encoding': 'gzip' } }),
  body => ({ body, headers: { 'content-encoding': 'gzip' } }),
  body => ({ body: gzipSync(gzipSync(body)), headers: { 'content-encoding': 'gzip, gzip' } }),
  body => ({ body, headers: { 'content-encoding': 'x' } }),
];

const packing = oneIn(
  20,
  fc.constantFrom(...packings),
  fc.constant((body: Buffer) => ({ body, headers: {} })),
);

function sentOf(base: string, [, method, content]: Kind): fc.Arbitrary<Sent> {
  return fc
    .tuple(method, content, mishap, packing, someType, someHeaders)
    .map(([verb, { path, body, type = 'application/fhir+json' }, spoil, pack, oddType, headers]) => {
      if (body === undefined || verb === 'GET') return { method: verb, path: targetOf(base, path), headers };
      const packed = pack(spoil(bytesOf(body)));
      const all = { ...headers, 'content-type': oddType ?? type, ...packed.headers };
      return { method: verb, path: targetOf(base, path), headers: all, ...defined({ body: packed.body }) };
    });
}

/** Without what Node's client refuses to send. */
const targetOf = (base: string, below: string): string =>
  `${base}${below === '' || below.startsWith('?') ? '' : '/'}${below}`.replace(/[^\x21-\x7e]/g, '%20');

/** Any request, with one of these tokens or none. */
export function requestOf(targets: readonly Target[], from: Seeds, tokens: readonly string[]): fc.Arbitrary<Sent> {
  const weighted = targets.flatMap(target =>
    kinds(target, from).map(kind => ({ weight: kind[0], arbitrary: sentOf(target.base, kind) })),
  );
  return fc.tuple(fc.oneof(...weighted), fc.constantFrom(undefined, ...tokens)).map(([sent, token]) => {
    if (token === undefined) return sent;
    return { ...sent, headers: { ...sent.headers, authorization: `Bearer ${token}` } };
  });
}
