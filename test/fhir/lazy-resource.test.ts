/** Resources whose elements are parsed when they are read. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseStored } from '../../src/fhir/json.js';
import { lazyResource } from '../../src/fhir/lazy-resource.js';

describe('fhir/lazy-resource', () => {
  const names = fc.stringMatching(/^[a-zA-Z_]{1,8}$/).filter(name => name !== '__proto__');
  const texts = fc.dictionary(names, fc.jsonValue({ maxDepth: 3 })).map(object => JSON.stringify(object));

  it('is what parsing gives, whatever is read first', () => {
    fc.assert(
      fc.property(texts, fc.boolean(), (text, backwards) => {
        const whole = parseStored<Record<string, unknown>>(text);
        const lazy = lazyResource(text);
        const order = backwards ? Object.keys(whole).toReversed() : Object.keys(whole);
        for (const name of order) assert.deepEqual(lazy[name], whole[name]);
        assert.deepEqual({ ...lazyResource(text) }, whole);
      }),
    );
  });

  it('parses what several have in common once', () => {
    const parsed = new Map();
    const [one, other, third] = ['1', '1', '2'].map(id =>
      lazyResource(`{"sender":{"reference":"Person/${id}"},"value":${id}.0}`, 'Communication', parsed),
    );
    assert.equal(one!['sender'], other!['sender']);
    assert.deepEqual(third!['sender'], { reference: 'Person/2' });
    assert.equal(JSON.stringify([one!['value'], third!['value']]), '[1.0,2.0]');
  });

  it('keeps digits, and knows what is there without parsing it', () => {
    const lazy = lazyResource('{"resourceType":"Observation","valueQuantity":{"value":1.50},"issued":"}\\"{"}');
    assert.ok('valueQuantity' in lazy && !('subject' in lazy));
    assert.equal(JSON.stringify(lazy['valueQuantity']), '{"value":1.50}');
    assert.equal(lazy['issued'], '}"{');
    assert.equal(lazy['subject'], undefined);
  });
});
