/** Updates that change nothing. https://hl7.org/fhir/R4/http.html#update */
import assert from 'node:assert/strict';
import { parseJson } from '../../src/fhir/json.js';
import type { Resource } from '../../src/fhir/resource.js';
import { sameContent } from '../../src/writing/same-content.js';

const stored =
  '{"resourceType":"Observation","id":"a","meta":{"versionId":"3","lastUpdated":"2026-01-01T00:00:00.000Z",' +
  '"tag":[{"code":"t"}]},"status":"final","valueQuantity":{"value":1.50,"unit":"mg"}}';
const sent = (text: string): Resource => parseJson(text, 50) as unknown as Resource;

describe('the same content', () => {
  it('is the same in another order, and with whatever the server sets', () => {
    const other =
      '{"status":"final","valueQuantity":{"unit":"mg","value":1.50},"id":"a","resourceType":"Observation",' +
      '"meta":{"tag":[{"code":"t"}],"versionId":"1"}}';
    assert.equal(sameContent(stored, sent(other)), true);
    assert.equal(sameContent(stored, sent(stored)), true);
  });

  it('differs in values, in the digits of decimals, in labels, and in the order of a list', () => {
    for (const [from, to] of [
      ['final', 'amended'],
      ['1.50', '1.5'],
      ['"t"', '"u"'],
      ['"unit":"mg"', '"unit":"mg","code":"mg"'],
    ] as const) {
      assert.equal(sameContent(stored, sent(stored.replace(from, to))), false, to);
    }
    const list = '{"resourceType":"Patient","id":"a","name":[{"text":"A"},{"text":"B"}]}';
    const turned = '{"resourceType":"Patient","id":"a","name":[{"text":"B"},{"text":"A"}]}';
    assert.equal(sameContent(list, sent(turned)), false);
  });
});
