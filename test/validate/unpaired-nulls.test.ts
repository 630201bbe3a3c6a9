/** Nulls in arrays. https://hl7.org/fhir/R4/json.html#null */
import assert from 'node:assert/strict';
import { unpairedNulls } from '../../src/validate/unpaired-nulls.js';

const inner = { resourceType: 'Patient', name: [{ given: [null] }] };
const extended = { extension: [{ url: 'urn:example', valueString: 'a' }] };

describe('nulls in arrays', () => {
  const found = (name: object): string[] =>
    unpairedNulls({ resourceType: 'Patient', name: [name] } as never, new Set()).map(path => path.join('.'));

  it('[R31] need a counterpart in the sibling array', () => {
    assert.deepEqual(found({ given: ['A', null], _given: [null, extended] }), []);
    assert.deepEqual(found({ given: ['A', null] }), ['name.0.given']);
    assert.deepEqual(found({ given: [null], _given: [null] }), ['name.0.given', 'name.0._given']);
    assert.deepEqual(found({ given: [null, 'B'], _given: [extended] }), []);
    assert.deepEqual(found({ _given: [null] }), ['name.0._given']);
  });

  it('[R31] of resources inside are told with those', () => {
    const outer = { resourceType: 'Patient', contained: [inner] };
    assert.deepEqual(unpairedNulls(outer, new Set([inner])), []);
    assert.deepEqual(unpairedNulls(outer, new Set()), [['contained', '0', 'name', '0', 'given']]);
  });
});
