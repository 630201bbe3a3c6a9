/** The Prefer header. */
import assert from 'node:assert/strict';
import { parsePrefer } from '../../src/fhir/prefer.js';

describe('fhir/prefer', () => {
  it('reads what it knows, whatever the separators, quotes and case of names', () => {
    assert.deepEqual(parsePrefer('Return="minimal", handling=lenient'), { return: 'minimal', handling: 'lenient' });
    assert.deepEqual(parsePrefer('handling = strict ; wait=10'), { handling: 'strict' });
    assert.deepEqual(parsePrefer(undefined), {});
  });

  it('ignores what it does not know, and refuses a known name with an unknown value', () => {
    assert.deepEqual(parsePrefer('respond-async, x=y'), {});
    for (const header of ['return=all', 'return', 'handling=Lenient']) {
      assert.throws(() => parsePrefer(header), { kind: 'invalid' }, header);
    }
  });
});
