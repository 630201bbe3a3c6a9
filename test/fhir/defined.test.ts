/** Objects without undefined properties. */
import assert from 'node:assert/strict';
import { defined } from '../../src/fhir/defined.js';

describe('fhir/defined', () => {
  it('leaves out what is undefined, and keeps null, false, 0 and the order', () => {
    const kept = defined({ b: undefined, a: 0, c: false, d: null, e: '' });
    assert.equal(JSON.stringify(kept), '{"a":0,"c":false,"d":null,"e":""}');
    assert.ok(!('b' in kept));
  });
});
