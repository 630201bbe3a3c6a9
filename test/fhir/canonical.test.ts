/** Canonical references. */
import assert from 'node:assert/strict';
import { splitCanonical, withoutVersion } from '../../src/fhir/canonical.js';

describe('fhir/canonical', () => {
  it('splits url and version at the first bar', () => {
    assert.deepEqual(splitCanonical('http://x|1|2'), { url: 'http://x', version: '1|2' });
    assert.deepEqual(splitCanonical('http://x'), { url: 'http://x', version: '' });
    assert.equal(withoutVersion('http://x|'), 'http://x');
  });
});
