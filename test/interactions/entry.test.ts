/** Entries of a Bundle as requests, and answers as entries. https://hl7.org/fhir/R4/http.html#transaction */
import assert from 'node:assert/strict';
import { Fault } from '../../src/fhir/fault.js';
import type { FhirResponse } from '../../src/fhir/response.js';
import { entriesOf, requestOf, responseEntry, within, type Entry } from '../../src/interactions/entry.js';
import type { Context } from '../../src/service.js';
import { isFault } from '../contract/faults.js';

const context = {
  endpoint: { url: 'https://portal.example/fhir' },
  request: { id: 'r', headers: { prefer: 'return=minimal', authorization: 'Bearer x' }, deadline: 5 },
} as unknown as Context;

/** What the validator is shown of an entry. */
const shown: unknown[] = [];
const parts = {
  limits: { maxEntries: 3 },
  validator: {
    assertShape(resource: unknown) {
      shown.push(resource);
      if (JSON.stringify(resource).includes('ifNoneExists')) {
        const expression = 'Bundle.entry[0].request.ifNoneExists';
        const issues = [{ severity: 'error' as const, code: 'structure', diagnostics: 'No such element.', expression }];
        throw new Fault('invalid', 'Misshapen.', { issues });
      }
    },
  },
} as unknown as Parameters<typeof entriesOf>[2];

const read = (...entry: object[]): (Entry | Fault)[] =>
  entriesOf({ resourceType: 'Bundle', entry } as never, context, parts);

function one(request: object, more: object = {}): Entry {
  const [entry] = read({ request, ...more });
  assert.ok(entry && !(entry instanceof Fault), String(entry));
  return entry;
}

describe('interactions/entry', () => {
  it('[R50] reads method, path, query and conditions', () => {
    const { path, query, headers } = one({
      method: 'PUT',
      url: 'Patient/a%2Fb?x=1&y=%C3%A9',
      ifMatch: 'W/"1"',
      ifModifiedSince: '2026-01-01T00:00:00Z',
    });
    assert.deepEqual(path, ['Patient', 'a/b']);
    assert.deepEqual(query, [
      ['x', '1'],
      ['y', 'é'],
    ]);
    assert.deepEqual(headers, { 'if-match': 'W/"1"', 'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT' });
    assert.deepEqual(one({ method: 'GET', url: 'https://portal.example/fhir/Patient' }).path, ['Patient']);
    assert.deepEqual(one({ method: 'GET', url: '/Patient/' }).path, ['Patient']);
    assert.deepEqual(one({ method: 'POST', url: '' }).path, []);
  });

  it('[R50] refuses what is no request to this endpoint, each entry by itself', () => {
    const wrong = [
      {},
      { request: { method: 'GET' } },
      { request: { method: 'BREW', url: 'Patient' } },
      { request: { method: 'GET', url: 'https://elsewhere.example/fhir/Patient' } },
      { request: { method: 'GET', url: 'Patient/%' } },
      { request: { method: 'POST', url: 'Patient' }, resource: 'none' },
      { request: { method: 'POST', url: 'Patient' }, resource: { resourceType: 'Patient', id: 5 } },
    ];
    for (const entry of wrong) {
      const [, second] = read({ request: { method: 'GET', url: 'Patient' } }, entry);
      assert.ok(second instanceof Fault && second.kind === 'invalid', JSON.stringify(entry));
      assert.equal(second.detail.expression, 'Bundle.entry[1].request');
    }
    const many = Array.from({ length: 4 }, () => ({ request: { method: 'GET', url: 'Patient' } }));
    assert.throws(() => read(...many), isFault('too-costly'));
    assert.throws(() => entriesOf({ resourceType: 'Bundle', entry: {} }, context, parts), isFault('invalid'));
  });

  it('[R54] refuses a misspelt condition, with its place; the resource is looked at when the entry runs', () => {
    const resource = { resourceType: 'Patient', name: {} };
    const [, misspelt] = read(
      { request: { method: 'GET', url: 'Patient' } },
      { request: { method: 'POST', url: 'Patient', ifNoneExists: 'x=1' }, resource },
    );
    assert.ok(misspelt instanceof Fault);
    assert.equal(misspelt.detail.issues?.[0]?.expression, 'Bundle.entry[1].request.ifNoneExists');
    assert.ok(!JSON.stringify(shown).includes('"name":{}'));
  });

  it('hands on what the Bundle says for all of its entries, and nothing else of its headers', () => {
    const entry = one({ method: 'POST', url: 'Patient' }, { resource: { resourceType: 'Patient' } });
    const { headers, id, deadline, body } = requestOf(entry, context, { assignId: 'new' });
    assert.deepEqual(headers, { accept: 'application/fhir+json', prefer: 'return=minimal' });
    assert.deepEqual([id, deadline], ['r.0', 5]);
    const holdLarge = () => Promise.resolve();
    const large = { ...context, request: { ...context.request, holdLarge } };
    assert.equal(requestOf(entry, large).holdLarge, holdLarge, 'large answers of entries wait for room, too');
    assert.deepEqual(body, { kind: 'resource', resource: { resourceType: 'Patient' }, assignId: 'new' });
  });

  it('[R55] tells faults with the entry and the place in it', () => {
    const entry = { index: 2 } as Entry;
    const placeOf = (expression?: string): string | undefined =>
      within(entry, new Fault('invalid', 'Bad.', expression === undefined ? {} : { expression })).detail.issues?.[0]
        ?.expression;
    assert.equal(placeOf('Patient.name[0]'), 'Bundle.entry[2].resource.name[0]');
    assert.equal(placeOf('http.name'), 'Bundle.entry[2].request');
    assert.equal(placeOf(), 'Bundle.entry[2]');
    const gone = new Fault('throttled', 'Later.', { headers: { 'retry-after': '5', etag: 'W/"1"' } });
    assert.deepEqual(within(entry, gone).detail.headers, { 'retry-after': '5' });
    assert.equal(within(entry, new Error('a bug')).kind, 'exception');
  });

  it('[R55] puts the outcome of a write aside, and that of an operation in the place of the resource', () => {
    const outcome = { resourceType: 'OperationOutcome' };
    const answer = (status: number): FhirResponse => ({
      status,
      headers: {},
      body: { kind: 'resource', resource: outcome },
    });
    const sent = (method: string, ...path: string[]) => ({ method, path }) as unknown as Entry;
    const placed = (response: FhirResponse, entry?: Entry): string => {
      const { json, response: said } = responseEntry(response, entry);
      return [json !== undefined && 'resource', said?.outcome !== undefined && 'outcome'].filter(Boolean).join();
    };
    assert.equal(placed(answer(200), sent('PUT', 'Patient', 'a')), 'outcome');
    assert.equal(placed(answer(200), sent('POST', 'Patient', '$validate')), 'resource');
    assert.equal(placed(answer(200), sent('GET', 'OperationOutcome', 'a')), 'resource');
    assert.equal(placed(answer(404), sent('GET', 'Patient', 'a')), 'outcome');
    const text: FhirResponse = { status: 200, headers: {}, body: { kind: 'json', text: '{}' } };
    assert.equal(placed(text, sent('GET', 'Patient', 'a')), 'resource');
    assert.equal(placed(text, sent('HEAD', 'Patient', 'a')), '');
  });
});
