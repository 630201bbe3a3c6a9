/** The Prefer header. */
import assert from 'node:assert/strict';
import { parsePrefer } from '../../src/fhir/prefer.js';

describe('fhir/prefer', () => {
  it('reads what it knows, whatever the separators, quotes and case of names', () => {
    assert.deepEqual(parsePrefer('Return="minimal", handling=lenient'), { return: 'minimal', handling: 'lenient' });
    assert.deepEqual(parsePrefer('handling = strict ; wait=10'), { handling: 'strict' });
    assert.deepEqual(parsePrefer(undefined), {});
  });

  it('[R35] ignores what it does not know, and takes the first of two', () => {
    for (const header of [
      'respond-async, x=y',
      'return=all',
      'return',
      'handling=Lenient',
      'return=',
      '=',
      ';;',
      'wait=x',
    ])
      assert.deepEqual(parsePrefer(header), {}, header);
    assert.deepEqual(parsePrefer('return=minimal, return=representation'), { return: 'minimal' });
    assert.deepEqual(parsePrefer('return=all; handling=lenient'), { handling: 'lenient' });
  });

  it('[R35] refuses an unknown value where handling is strict', () => {
    for (const header of ['return=all, handling=strict', 'handling=strict; return'])
      assert.throws(() => parsePrefer(header), { kind: 'invalid' }, header);
    assert.deepEqual(parsePrefer('handling=strict, x=y'), { handling: 'strict' });
  });
});
