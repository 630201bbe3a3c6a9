/** The names of notices and of what became of them. */
import assert from 'node:assert/strict';
import { noticeKinds } from '../../src/portal/notice-kinds.table.js';
import { english } from '../../src/texts/notice-names.table.js';

const pascal = (code: string): string => code.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

describe('the names of notices', () => {
  it('[MSG-4] are there for every event', () => {
    const nameless = Object.keys(noticeKinds).filter(event => !Object.hasOwn(english, `event${pascal(event)}`));
    assert.deepEqual(nameless, []);
  });
});
