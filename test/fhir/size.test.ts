/** How large a resource may be, by its JSON and as a value; and texts that are read in slices. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseJson, parseJsonInSlices, type ParseLimits } from '../../src/fhir/json.js';
import type { Json } from '../../src/fhir/resource.js';
import { assertSize, UNLIMITED } from '../../src/fhir/size.js';
import { isFault } from '../contract/faults.js';

const ALL: ParseLimits = { ...UNLIMITED, maxDepth: 64 };
const inSlices = (text: string, limits: Partial<ParseLimits> = {}): Promise<Json> =>
  parseJsonInSlices(text, { ...ALL, ...limits }, () => Promise.resolve());

describe('JSON in slices', () => {
  it('[F13] is what the whole text is, digits too', async () => {
    const value = fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())), { maxKeys: 8 });
    const names = value.filter(object => !Object.keys(object).some(name => /^\d+$/.test(name)));
    await fc.assert(
      fc.asyncProperty(names, fc.constantFrom(0, 2), async (object, space) => {
        const text = JSON.stringify(object, null, space);
        assert.equal(JSON.stringify(await inSlices(text)), JSON.stringify(parseJson(text, 64)));
      }),
    );
    const digits = '{"a":[{"b":1.00},[1.50],2.0],"c":[[]],"d":[{}],"e":{"f":[{"g":0.10}]}}';
    assert.equal(JSON.stringify(await inSlices(digits)), digits);
  });

  it('[F13] refuses what is not well-formed, wherever it breaks', async () => {
    const text = '{"a":[{"b":1},{"c":[2]}],"d":[[3]]}';
    for (let at = 0; at < text.length; at++) {
      for (const broken of [
        text.slice(0, at),
        text.slice(0, at) + text.slice(at + 1),
        `${text.slice(0, at)},${text.slice(at)}`,
      ]) {
        let whole: unknown;
        try {
          whole = JSON.parse(broken);
        } catch {
          await assert.rejects(inSlices(broken), isFault('invalid'), broken);
          continue;
        }
        assert.deepEqual(await inSlices(broken), whole, broken);
      }
    }
  });
});

describe('the size of a resource', () => {
  const many = { resourceType: 'A', list: Array.from({ length: 50 }, (_, at) => ({ a: at, b: 'x' })) };

  it('[F13] is bounded by its elements: as JSON, in slices, and as a value', async () => {
    const text = JSON.stringify(many);
    for (const maxElements of [20, 100, 140]) {
      assert.throws(() => parseJson(text, 64, { ...UNLIMITED, maxElements }), isFault('too-large'));
      await assert.rejects(inSlices(text, { maxElements }), isFault('too-large'));
      assert.throws(() => assertSize(many, { ...UNLIMITED, maxElements }), isFault('too-large'));
    }
    const size = { ...UNLIMITED, maxElements: 160 };
    assert.deepEqual(parseJson(text, 64, size), many);
    assertSize(many, size);
  });

  it('[F13] is bounded by its text: base64 content is free, narrative counts twice', () => {
    const texts: [Json, boolean][] = [
      [{ a: 'x'.repeat(90) }, true],
      [{ a: 'x'.repeat(101) }, false],
      [{ a: ['x'.repeat(60), 'x'.repeat(60)] }, false],
      [{ data: 'x'.repeat(1000), valueBase64Binary: 'x'.repeat(1000) }, true],
      [{ div: 'x'.repeat(45) }, true],
      [{ div: 'x'.repeat(60) }, false],
      [{ data: 'x'.repeat(1000), a: 'x'.repeat(101) }, false],
    ];
    for (const [value, fits] of texts) {
      const limits = { ...UNLIMITED, maxText: 100 };
      for (const check of [() => assertSize(value, limits), () => void parseJson(JSON.stringify(value), 64, limits)]) {
        if (fits) assert.doesNotThrow(check);
        else assert.throws(check, isFault('too-large'));
      }
    }
  });

  it('[F13] is that of each entry, where a Bundle is processed entry by entry', async () => {
    const bundle = (more: Record<string, Json> = {}) => JSON.stringify({ entry: Array(10).fill(many), ...more });
    const limits = { maxElements: 200, perEntry: true };
    assert.deepEqual(((await inSlices(bundle(), limits)) as { entry: Json[] }).entry.length, 10);
    await assert.rejects(inSlices(bundle(), { maxElements: 200 }), isFault('too-large'));
    const texts = { maxText: 120, perEntry: true };
    assert.equal(((await inSlices(bundle(), texts)) as { entry: Json[] }).entry.length, 10);
    await assert.rejects(inSlices(bundle(), { maxText: 120 }), isFault('too-large'));
    await assert.rejects(inSlices(bundle({ other: Array(10).fill(many) }), limits), isFault('too-large'));
  });
});
