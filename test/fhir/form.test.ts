/** Query strings and forms. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formText, parseForm } from '../../src/fhir/form.js';

const text = fc.string({ unit: 'grapheme' }).filter(one => one.isWellFormed() && !one.includes('\0'));

describe('fhir/form', () => {
  it('reads what it writes, whatever the characters', () => {
    const pairs = fc.array(fc.tuple(text, text), { maxLength: 5 });
    fc.assert(fc.property(pairs, query => assert.deepEqual(parseForm(formText(query)), query)));
  });

  it('keeps order and repetition, splits at the first equals sign, and drops empty pairs', () => {
    assert.deepEqual(parseForm('a=1&b&a=2=3&&'), [
      ['a', '1'],
      ['b', ''],
      ['a', '2=3'],
    ]);
    assert.deepEqual(parseForm(''), []);
  });

  it('reads + as a space, and %2B as a plus', () => {
    assert.deepEqual(parseForm('a+b=c+d%2B'), [['a b', 'c d+']]);
  });

  for (const malformed of ['a=%', 'a=%4', 'a=%zz', 'a=%ff', '%c3=b', 'a=%00', 'a=\0']) {
    it(`[F07] refuses ${JSON.stringify(malformed)}`, () => {
      assert.throws(() => parseForm(malformed), { kind: 'invalid' });
    });
  }

  it('[F07] refuses a form of the length of a book', () => {
    assert.throws(() => parseForm(`a=${'x'.repeat(100_000)}`), { kind: 'too-large' });
  });
});
