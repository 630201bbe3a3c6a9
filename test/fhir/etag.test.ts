/** Entity tags: written, read, compared. */
import assert from 'node:assert/strict';
import { etag, namesVersion, parseEtags } from '../../src/fhir/etag.js';

describe('fhir/etag', () => {
  it('writes a version as a weak tag', () => assert.equal(etag(3), 'W/"3"'));

  it('reads weak tags, strong ones, lists and the star', () => {
    assert.deepEqual(parseEtags('W/"3"', 'If-Match'), ['3']);
    assert.deepEqual(parseEtags(' "a-1" , W/"2","" ', 'If-Match'), ['a-1', '2', '']);
    assert.equal(parseEtags(' * ', 'If-Match'), '*');
  });

  it('compares whole versions: 1 is not 10', () => {
    assert.equal(namesVersion('W/"10"', 'If-Match', 1), false);
    assert.equal(namesVersion('W/"10", W/"1"', 'If-Match', 1), true);
    assert.equal(namesVersion('*', 'If-None-Match', 7), true);
  });

  for (const header of ['', '3', 'W/3', 'w/"3"', '"3', '"3" "4"', '"3",', '*, "3"', '"a\\"b"', '"\u0007"']) {
    it(`refuses ${JSON.stringify(header)}, and names the header`, () => {
      assert.throws(() => parseEtags(header, 'If-Match'), { kind: 'invalid', message: /^If-Match / });
    });
  }
});
