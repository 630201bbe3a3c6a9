/** Preconditions and headers of one resource's versions. https://hl7.org/fhir/R4/http.html#concurrency */
import assert from 'node:assert/strict';
import type { ResourceEntry } from '../../src/definitions/endpoint.js';
import { checkIfMatch, checkIfNoneMatch, notModified, versionHeaders } from '../../src/interactions/version.js';
import type { Context } from '../../src/service.js';
import type { Version } from '../../src/store/port.js';
import { isFault } from '../contract/faults.js';

const AT = Date.UTC(2026, 0, 1, 12, 0, 0, 500);

const version = (number: number, deleted = false): Version => ({
  key: { partition: 'p', type: 'Task', id: 't' },
  version: number,
  at: AT,
  deleted,
  method: deleted ? 'DELETE' : 'PUT',
  json: deleted ? '' : '{}',
});

function context(headers: Record<string, string>, entry: Partial<ResourceEntry> = {}): Context {
  const task = { conditionalRead: true, versioning: 'versioned', ...entry };
  return { request: { headers }, endpoint: { resources: new Map([['Task', task]]) } } as unknown as Context;
}

describe('interactions/version', () => {
  it('[R22] If-Match names the current version, or any that is there', () => {
    const passes = (header: string, current: Version | undefined): void =>
      checkIfMatch(context({ 'if-match': header }), current);
    for (const header of ['W/"3"', '"3"', 'W/"1", W/"3"', '*']) passes(header, version(3));
    passes('W/"3"', version(3, true));
    const stale: [string, Version | undefined][] = [
      ['W/"2"', version(3)],
      ['W/"3"', undefined],
      ['*', undefined],
      ['*', version(3, true)],
    ];
    for (const [header, current] of stale) {
      assert.throws(() => passes(header, current), isFault('precondition'), header);
    }
    assert.throws(() => passes('three', version(3)), isFault('invalid'));
  });

  it('versioned-update asks for If-Match where there is something to change', () => {
    const blind = context({}, { versioning: 'versioned-update' });
    assert.throws(() => checkIfMatch(blind, version(1)), isFault('precondition'));
    checkIfMatch(blind, undefined);
    checkIfMatch(blind, version(2, true));
    checkIfMatch(context({}), version(1));
  });

  it('[R22] If-None-Match on a write: * means that there must be none', () => {
    const asks = context({ 'if-none-match': '*' });
    checkIfNoneMatch(asks, undefined);
    checkIfNoneMatch(asks, version(2, true));
    assert.throws(() => checkIfNoneMatch(asks, version(1)), isFault('precondition'));
  });

  it('[R22] a read says 304 for the version that the client has, if conditional reads are declared', () => {
    const second = new Date(AT).toUTCString();
    const before = new Date(AT - 1000).toUTCString();
    const status = (headers: Record<string, string>, entry?: Partial<ResourceEntry>): number | undefined =>
      notModified(context(headers, entry), version(3))?.status;
    assert.equal(status({ 'if-none-match': 'W/"3"' }), 304);
    assert.equal(status({ 'if-none-match': 'W/"2"' }), undefined);
    assert.equal(status({ 'if-modified-since': second }), 304);
    assert.equal(status({ 'if-modified-since': before }), undefined);
    assert.equal(status({ 'if-none-match': 'W/"2"', 'if-modified-since': second }), undefined);
    assert.equal(status({ 'if-none-match': 'W/"3"' }, { conditionalRead: false }), undefined);
  });

  it('[R21] answers name the version, but for types that have none', () => {
    assert.deepEqual(versionHeaders(context({}), version(3)), {
      etag: 'W/"3"',
      'last-modified': 'Thu, 01 Jan 2026 12:00:00 GMT',
    });
    assert.deepEqual(Object.keys(versionHeaders(context({}, { versioning: 'no-version' }), version(3))), [
      'last-modified',
    ]);
  });
});
