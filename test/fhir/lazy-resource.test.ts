/** A resource that is parsed element by element equals the one that is parsed whole. */
import assert from 'node:assert/strict';
import { parseStored } from '../../src/fhir/json.js';
import { lazyResource } from '../../src/fhir/lazy-resource.js';
import type { Resource } from '../../src/fhir/resource.js';

const RESOURCE = {
  resourceType: 'Communication',
  id: 'a',
  meta: { versionId: '1', tag: [{ code: '}],{"' }] },
  text: { div: '<p title=\\"x\\">\\\\"' },
  sender: { reference: 'Practitioner/1' },
  recipient: [{ reference: 'Patient/1' }, { reference: 'Group/2', display: 'a "b" \\ c' }],
  payload: [],
  empty: {},
  active: true,
  count: 12,
  last: null,
};

describe('a resource parsed by its elements', () => {
  const text = JSON.stringify(RESOURCE);

  it('gives each element alone', () => {
    for (const [name, value] of Object.entries(RESOURCE)) {
      assert.deepEqual(lazyResource(text)[name], value, name);
      assert.ok(name in lazyResource(text), name);
    }
  });

  it('gives nothing for an element that is not there', () => {
    assert.equal(lazyResource(text)['subject'], undefined);
    assert.ok(!('subject' in lazyResource(text)));
    assert.deepEqual(Object.keys(lazyResource('{}')), []);
  });

  it('is the whole resource for whoever goes through it', () => {
    const lazy = lazyResource(text);
    assert.deepEqual(lazy['recipient'], RESOURCE.recipient);
    assert.deepEqual({ ...lazy }, RESOURCE);
  });

  it('keeps the digits of decimals', () => {
    const stored = '{"resourceType":"Basic","a":1.50,"b":[1.0],"c":-0.0}';
    assert.deepEqual({ ...lazyResource(stored) }, { ...parseStored<Resource>(stored) });
    assert.equal(JSON.stringify(lazyResource(stored)['a']), '1.50');
  });
});
