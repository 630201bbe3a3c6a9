/** Ages at the precision of the birth date: one reckoning for accounts of one's own and for what parents may do. */
import assert from 'node:assert/strict';
import { comesOfAge } from '../../src/fhir/age.js';
import { parentalEnd } from '../../src/fhir/parental-end.js';
import { isUnder } from '../../src/portal/age.js';

const at = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const mother = {
  relationship: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'MTH' }] }],
};

describe('age', () => {
  it('[PC-1] is counted from the last day that the birth date leaves open, in months of whatever length', () => {
    for (const [birthDate, day] of [
      ['2008-05-06', '2026-05-06'],
      ['2008-02-29', '2026-03-01'],
      ['2008-04', '2026-04-30'],
      ['2008-05', '2026-05-31'],
      ['2008-02', '2026-03-01'],
      ['2007-02', '2025-02-28'],
      ['2008', '2026-12-31'],
    ] as const) {
      assert.equal(comesOfAge(birthDate, 18), at(day), birthDate);
    }
  });

  it('[PC-5] ends what parents may do at the moment from which the child may have an account', () => {
    for (const birthDate of ['2008-05-06', '2008-02-29', '2008-04', '2008-02', '2008']) {
      const end = parentalEnd(mother, birthDate, 18);
      assert.deepEqual([isUnder(birthDate, 18, end - 1), isUnder(birthDate, 18, end)], [true, false], birthDate);
    }
    assert.equal(isUnder(undefined, 18, 0), false);
  });
});
