/** JSON: digits are kept, names are unique, nesting is bounded. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeUtf8, parseJson, parseStored } from '../../src/fhir/json.js';

const DEPTH = 20;
const rewritten = (text: string): string => JSON.stringify(parseJson(text, DEPTH));

describe('fhir/json', () => {
  it('keeps the digits of every number', () => {
    const numbers = ['1.0', '1.50', '-0', '-0.00', '1e2', '1E-7', '0.00000012', '12345678901234567890', '1.10e+3', '7'];
    const text = `{"a":[${numbers.join()}],"b":{"c":${numbers[0]}}}`;
    assert.equal(rewritten(text), text);
    assert.equal(JSON.stringify(parseStored(text)), text);
  });

  it('keeps the digits of any number of stored JSON', () => {
    const digits = fc.string({ unit: fc.constantFrom(...Array.from('00123456789')), minLength: 1, maxLength: 20 });
    const whole = digits.map(text => text.replace(/^0+(?=.)/, ''));
    const fraction = fc.option(digits, { nil: '' });
    const exponent = fc.constantFrom('', '', '', 'e2', 'E-7', 'e+0');
    const number = fc
      .tuple(fc.constantFrom('', '-'), whole, fraction, exponent)
      .map(([sign, a, b, e]) => `${sign}${a}${b === '' ? '' : `.${b}`}${e}`);
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 3 }), numbers => {
        const text = `{"a":[${numbers.join()}],"b":{"c":${numbers[0]}}}`;
        assert.equal(JSON.stringify(parseStored(text)), text);
        assert.equal(rewritten(text), text);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads all else as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), text => {
        const value: unknown = JSON.parse(text);
        assert.equal(rewritten(JSON.stringify(value)), JSON.stringify(value));
      }),
    );
  });

  it('leaves digits within strings alone', () => {
    const text = '{"a":"1.0","b":"\\"c\\":1.0,","c\\\\":"x"}';
    assert.equal(rewritten(text), text);
  });

  it('takes nesting up to its bound, and refuses more before it builds anything', () => {
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    assert.doesNotThrow(() => parseJson(nested(DEPTH), DEPTH));
    assert.throws(() => parseJson(nested(DEPTH + 1), DEPTH), { kind: 'too-costly' });
    assert.throws(() => parseJson('['.repeat(1e6), DEPTH), { kind: 'too-costly' });
  });

  for (const twice of ['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"x":[{"a":1, "a" :2}]}']) {
    it(`refuses a name twice in one object: ${twice}`, () => {
      assert.throws(() => parseJson(twice, DEPTH), { kind: 'invalid' });
    });
  }

  it('takes a name again in another object, and as a value', () => {
    const text = '{"a":{"a":"a"},"b":[{"a":1},{"a":2}]}';
    assert.equal(rewritten(text), text);
  });

  for (const malformed of ['', '{', '{"a"}', '[1,]', '01', '1.', 'NaN', '1e999', "{'a':1}", '{"a":1}x']) {
    it(`refuses ${JSON.stringify(malformed)}`, () => {
      assert.throws(() => parseJson(malformed, DEPTH), { kind: 'invalid' });
    });
  }

  it('refuses an object of more than a thousand names', () => {
    const object = (names: number): string =>
      JSON.stringify(Object.fromEntries(Array.from({ length: names }, (_, i) => [`n${i}`, i])));
    assert.doesNotThrow(() => parseJson(object(1000), DEPTH));
    assert.throws(() => parseJson(object(1001), DEPTH), { kind: 'invalid' });
  });

  it('refuses bytes that are no UTF-8', () => {
    assert.equal(decodeUtf8(Buffer.from('é')), 'é');
    assert.throws(() => decodeUtf8(Buffer.from('é', 'latin1')), { kind: 'invalid' });
  });
});
