/** The kinds of notices that code knows are those that preferences name. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeSystem } from 'fhir/r4.js';
import { noticeKinds } from '../../src/portal/notice-kinds.table.js';

it('[PC-7] notice-kind has a code for each kind of notice, and no other', () => {
  const file = join(process.cwd(), 'profiles/terminology/code-system-notice-kind.json');
  const { concept = [] } = JSON.parse(readFileSync(file, 'utf8')) as CodeSystem;
  assert.deepEqual(concept.map(({ code }) => code).sort(), Object.keys(noticeKinds).sort());
});
