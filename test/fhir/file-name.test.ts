/** Names of files as people and attackers send them. */
import assert from 'node:assert/strict';
import { fileName } from '../../src/fhir/file-name.js';

const NAMES: [string, string][] = [
  ['Result 2026.pdf', 'Result 2026.pdf'],
  ['  نتيجة الفحص.pdf ', 'نتيجة الفحص.pdf'],
  ['Ärztlicher Befund.pdf', 'Ärztlicher Befund.pdf'],
  ['../../etc/passwd', 'etc_passwd'],
  ['..\\..\\x.pdf', 'x.pdf'],
  ['C:\\x.pdf', 'C_x.pdf'],
  ['a\r\nSet-Cookie: b=c', 'aSet-Cookie_ b=c'],
  ['a"; filename="b', 'a_; filename=_b'],
  ['evil\u202Efdp.exe', 'evilfdp.exe'],
  ['a\u0000.pdf', 'a.pdf'],
  ['a\u200Bb\uFEFF\u2028.pdf', 'ab.pdf'],
  ['CON', '_CON'],
  ['nul.txt', '_nul.txt'],
  ['lpt1.a.b', '_lpt1.a.b'],
  ['console.txt', 'console.txt'],
  ['.htaccess', 'htaccess'],
  ['x. . .', 'x'],
  ['<b>|?*', 'b_'],
  ['..', ''],
  ['\u202E', ''],
  ['', ''],
];

describe('names of files', () => {
  for (const [sent, kept] of NAMES) {
    it(`[E06] ${JSON.stringify(sent)} is ${JSON.stringify(kept)}, and stays so`, () => {
      assert.equal(fileName(sent), kept);
      assert.equal(fileName(kept), kept);
    });
  }

  it('[E06] a long one is shortened, and keeps its ending', () => {
    assert.equal(fileName(`${'x'.repeat(5000)}.pdf`), `${'x'.repeat(116)}.pdf`);
    assert.equal(Array.from(fileName('😀'.repeat(5000))).length, 120);
    assert.ok(fileName(`a${'. '.repeat(500_000)}x`).length <= 120);
  });
});
