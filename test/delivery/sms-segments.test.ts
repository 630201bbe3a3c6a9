/** Segments of text messages, by the tables of 3GPP TS 23.038. */
import assert from 'node:assert/strict';
import { segmentsOf } from '../../src/delivery/channels/sms-segments.js';

describe('segments of a text message', () => {
  const cases: [string, string, 'gsm7' | 'ucs2', number][] = [
    ['nothing', '', 'gsm7', 1],
    ['160 septets', 'a'.repeat(160), 'gsm7', 1],
    ['161 septets', 'a'.repeat(161), 'gsm7', 2],
    ['306 septets', 'a'.repeat(306), 'gsm7', 2],
    ['307 septets', 'a'.repeat(307), 'gsm7', 3],
    ['accents, Greek capitals and a new line of the alphabet', 'éàüñÅ\nΔΩ£¿Ç@_', 'gsm7', 1],
    ['80 characters of the extension', '€'.repeat(80), 'gsm7', 1],
    ['81 characters of the extension', '€'.repeat(81), 'gsm7', 2],
    ['one of the extension across a boundary', `${'a'.repeat(152)}{${'a'.repeat(152)}`, 'gsm7', 3],
    ['a small c with cedilla, which the alphabet has as a capital alone', 'ç', 'ucs2', 1],
    ['a grave accent', '`', 'ucs2', 1],
    ['70 Arabic letters', 'م'.repeat(70), 'ucs2', 1],
    ['71 Arabic letters', 'م'.repeat(71), 'ucs2', 2],
    ['135 Arabic letters', 'م'.repeat(135), 'ucs2', 3],
    ['one such letter among 70 others', `${'a'.repeat(70)}م`, 'ucs2', 2],
    ['35 pictures', '😀'.repeat(35), 'ucs2', 1],
    ['67 pictures, none of which is divided', '😀'.repeat(67), 'ucs2', 3],
  ];
  for (const [what, text, encoding, segments] of cases)
    it(`[PC-2] ${what}: ${segments} in ${encoding}`, () => assert.deepEqual(segmentsOf(text), { encoding, segments }));
});
