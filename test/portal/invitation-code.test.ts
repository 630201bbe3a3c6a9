/** Invitation codes. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { hashOf, newCode } from '../../src/portal/invitation-code.js';

describe('invitation codes', () => {
  it('[C01] carry 160 random bits: ten thousand differ, and every character takes every value', () => {
    const codes = Array.from({ length: 10_000 }, () => newCode({ bytes: count => randomBytes(count) }));
    assert.equal(new Set(codes).size, codes.length);
    for (let at = 0; at < 39; at++) {
      const seen = new Set(codes.map(code => code[at]));
      assert.equal(seen.size, at % 5 === 4 ? 1 : 32, `character ${at}`);
    }
  });

  it('[C01] use every bit of their source', () => {
    const hashes = Array.from({ length: 160 }, (_, bit) => {
      const bytes = new Uint8Array(20);
      bytes[bit >> 3] = 1 << (bit & 7);
      return newCode({ bytes: () => bytes });
    });
    assert.equal(new Set(hashes).size, 160);
  });

  it('may be typed in lower case, without hyphens, with letters that look like digits', () => {
    assert.equal(hashOf('abcd 01-EF'), hashOf('ABCD-OIEF'));
    assert.notEqual(hashOf('ABCD-EFGH'), hashOf('ABCD-EFGJ'));
    assert.match(hashOf('A'), /^[0-9a-f]{64}$/);
  });
});
