/** Bundles as JSON text. */
import assert from 'node:assert/strict';
import { bundleText } from '../../src/fhir/bundle.js';

describe('fhir/bundle', () => {
  it('joins the texts of resources as they are', () => {
    const json = '{"resourceType":"Basic","x":1.50}';
    const entries = [
      { fullUrl: 'http://x/"1"', json, search: { mode: 'match' as const } },
      { response: { status: '204' } },
    ];
    assert.equal(
      bundleText({ type: 'searchset', total: 0 }, entries),
      '{"resourceType":"Bundle","type":"searchset","total":0,"entry":[' +
        `{"fullUrl":"http://x/\\"1\\"","resource":${json},"search":{"mode":"match"}},{"response":{"status":"204"}}]}`,
    );
  });

  it('has no empty list of entries: FHIR forbids it', () => {
    assert.equal(bundleText({ type: 'searchset' }, []), '{"resourceType":"Bundle","type":"searchset"}');
  });
});
