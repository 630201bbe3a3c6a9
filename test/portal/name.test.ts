/** Names as they are compared. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { birthDateLikeness, verifiesBirthDate } from '../../src/portal/birth-date.js';
import { givenLikeness, nameLikeness, namesSomebody, sameName, type Likeness } from '../../src/portal/name.js';
import { samples } from '../fixtures/samples.js';

const one: readonly [string, string][] = [
  ['Weiß', 'WEISS'],
  ['Sørensen', 'Sorensen'],
  ['Łukasz', 'lukasz'],
  ['Đorđević', 'Dordevic'],
  ['Æther', 'Aether'],
  ['Œuvrard', 'oeuvrard'],
  ['Þórsson', 'Thorsson'],
  ['Işık', 'ISIK'],
  ['Müller', 'Mu\u0308ller'],
  ['Núñez', 'nunez'],
  ["O'Neill", 'O’NEILL'],
  ["O'Neill", 'ONeill'],
  ['O\u02bcNeill', 'O`Neill'],
  ['García-Márquez', 'Garcia Marquez'],
  ['van den Berg', 'Vandenberg'],
  ['Mc Donald', 'McDonald'],
  ['أحمد', 'احمد'],
  ['إبراهيم', 'ابراهيم'],
  ['فاطمة', 'فاطمه'],
  ['مصطفى', 'مصطفي'],
  ['محمّد', 'محمد'],
  ['مـحـمد', 'محمد'],
  ['ﻣﺤﻤﺪ', 'محمد'],
  ['کریم', 'كريم'],
];

const two: readonly [string, string][] = [
  ['Weiss', 'Weis'],
  ['Jon', 'John'],
  ['Müller', 'Muller-Meier'],
  ['احمد', 'محمد'],
  ['李', '王'],
  ['Ng', 'N'],
];

const given: readonly [string[], string[], Likeness][] = [
  [['Anna'], ['ANNA'], 'same'],
  [['Anna', 'Maria'], ['Anna Maria'], 'same'],
  [['Maria', 'Anna'], ['Anna', 'Maria'], 'same'],
  [['Anna-Maria'], ['Annamaria'], 'same'],
  [['Anna-Maria'], ['Maria Anna'], 'same'],
  [['Anna'], ['Anna', 'Maria'], 'compatible'],
  [['Maria'], ['Anna', 'Maria'], 'compatible'],
  [['A.', 'Maria'], ['Anna', 'Maria'], 'compatible'],
  [['A', 'Anna'], ['Anna', 'Axel'], 'compatible'],
  [['Anna'], ['Ben'], 'different'],
  [['Anna', 'Maria'], ['Anna', 'Sophie'], 'different'],
  [['Anna', 'Anna'], ['Anna', 'Ben'], 'different'],
  [[], ['Anna'], 'unknown'],
  [['-'], ['Anna'], 'unknown'],
];

const flipped = ([a, b, likeness]: (typeof given)[number]): (typeof given)[number] => [b, a, likeness];

/** Letters that fold, letters that do not, marks between them. */
const text = fc.string({ unit: fc.constantFrom(...Array.from("aAäåßsSøoOłlLæe ıiIþth'’-‐.` \u0301أاإةهىيكکـ\u02bc")) });

describe('names', () => {
  it('[PC-1] are one however they are spelled, and is true at the edges: ß, ø, ł, apostrophes, hyphens, Arabic forms', () => {
    for (const [a, b] of one) assert.equal(sameName(a, b), true, `${a} ${b}`);
    for (const [a, b] of two) assert.equal(sameName(a, b), false, `${a} ${b}`);
  });

  it('[PC-1] compare several given names in any order, joined, left out or abbreviated', () => {
    for (const [a, b, likeness] of [...given, ...given.map(flipped)]) {
      assert.equal(givenLikeness(a, b), likeness, `${a.join()} / ${b.join()}`);
    }
  });

  it('[PC-1] compare as a whole where one is a text alone', () => {
    const name = { family: 'Weiß', given: ['Anna', 'Maria'] };
    assert.equal(nameLikeness({ text: 'anna maria WEISS' }, name), 'same');
    assert.equal(nameLikeness(name, { text: 'Weiss, Anna-Maria' }), 'same');
    assert.equal(nameLikeness({ text: 'Anna Weiss' }, name), 'different');
    assert.equal(nameLikeness({ text: '' }, {}), 'different');
    assert.equal(nameLikeness({ family: '-' }, { family: '.' }), 'different');
  });

  it('[PC-1] fold to an equivalence', () => {
    const runs = { numRuns: samples(300, 20_000) };
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        assert.equal(sameName(a, a), true);
        assert.equal(sameName(a, b), sameName(b, a));
        if (sameName(a, b)) assert.equal(sameName(a, c), sameName(b, c));
        assert.equal(namesSomebody(a), !sameName('', a));
      }),
      runs,
    );
    const names = fc.array(text, { maxLength: 4 });
    fc.assert(
      fc.property(names, names, (a, b) => assert.equal(givenLikeness(a, b), givenLikeness(b, a))),
      runs,
    );
  });
});

describe('birth dates', () => {
  it('[PC-2] are verified at the precision that the record has', () => {
    assert.equal(verifiesBirthDate('1950-03-02', '1950'), true);
    assert.equal(verifiesBirthDate('1950', '1950'), true);
    assert.equal(verifiesBirthDate('1950-03', '1950-03'), true);
    assert.equal(verifiesBirthDate('1950', '1950-03-02'), false);
    assert.equal(verifiesBirthDate('1951-03-02', '1950'), false);
    assert.equal(verifiesBirthDate('1950-03-02', undefined), false);
  });

  it('[PC-1] may be one where one is less precise', () => {
    assert.equal(birthDateLikeness('1950', '1950-01-01'), 'compatible');
    assert.equal(birthDateLikeness('1950-01-01', '1950-01'), 'compatible');
    assert.equal(birthDateLikeness('1950-01', '1950-02-01'), 'different');
    assert.equal(birthDateLikeness('1950-02-01', '1950-02-01'), 'same');
    assert.equal(birthDateLikeness(undefined, '1950'), 'unknown');
  });
});
