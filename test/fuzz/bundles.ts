/** Batches and transactions: references in circles, conditions that race with themselves, bundles in bundles. */
import fc from 'fast-check';
import { oneIn } from './chance.js';
import { hostileText, hostileValue } from './hostile.js';
import { fhirPathPatch, jsonPatch } from './patches.js';
import type { Changed } from './resources.js';
import { defined } from '../../src/fhir/defined.js';

const NAMES = ['urn:uuid:11111111-1111-4111-8111-111111111111', 'urn:uuid:22222222-2222-4222-8222-222222222222', 'x'];

const method = fc.constantFrom('GET', 'GET', 'POST', 'POST', 'PUT', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'TRACE', 'get');

const conditions = fc.record(
  {
    ifNoneExist: fc.oneof(fc.constantFrom('identifier=x', 'identifier=x|y', '_id=fuzz-1', 'x=y', '?', ''), hostileText),
    ifMatch: fc.oneof(fc.constantFrom('W/"1"', '*', '1'), hostileText),
    ifNoneMatch: fc.oneof(fc.constantFrom('W/"1"', '*', '1'), hostileText),
    ifModifiedSince: fc.oneof(fc.constantFrom('2020-01-01T00:00:00Z', 'Fri, 02 Jan 2026 03:04:05 GMT'), hostileText),
  },
  { requiredKeys: [] },
);

/** The resource with its references led around within the Bundle. */
const tied = ({ type, id, body }: Changed, to: string): Entry => ({
  url: type,
  id,
  resource: JSON.parse(
    JSON.stringify(body).replace(/"reference":"(?:[^"\\]|\\.)*"/g, `"reference":"${to}"`),
  ) as unknown,
});

interface Entry {
  url: string;
  id: string;
  resource: unknown;
}

const patch = (resource: unknown): Entry => ({ url: 'Patient', id: 'fuzz-1', resource });

function entryOf(changed: fc.Arbitrary<Changed>, search: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const body = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(changed, fc.constantFrom(...NAMES, 'Patient?_id=fuzz-1', '#a')).map(one => tied(...one)),
    },
    { weight: 1, arbitrary: fhirPathPatch.map(patch) },
    { weight: 1, arbitrary: jsonPatch.map(one => patch({ resourceType: 'Binary', data: encoded64(one) })) },
    { weight: 1, arbitrary: hostileValue.map(patch) },
  );
  return fc
    .tuple(
      body,
      method,
      fc.constantFrom(...NAMES, undefined),
      oneIn(4, search, fc.constant('')),
      oneIn(3, conditions, fc.constant({})),
    )
    .map(([{ url, id, resource }, verb, fullUrl, odd, conditional]) => ({
      ...defined({ fullUrl }),
      resource,
      request: { method: verb, url: odd || (verb === 'POST' ? url : `${url}/${id}`), ...conditional },
    }));
}

const encoded64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

/** A Bundle to process; `search` gives relative addresses. */
export function bundleOf(changed: fc.Arbitrary<Changed>, search: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const entries = fc.array(entryOf(changed, search), { maxLength: 6 });
  const type = fc.constantFrom('batch', 'batch', 'transaction', 'transaction', 'transaction', 'collection', 'x');
  return fc.tuple(type, entries, oneIn(20, fc.constant(true), fc.constant(false))).map(([kind, entry, twice]) => {
    const bundle = { resourceType: 'Bundle', type: kind, entry };
    const inner = { resource: bundle, request: { method: 'POST', url: '' } };
    return twice ? { ...bundle, entry: [inner, ...entry] } : bundle;
  });
}
