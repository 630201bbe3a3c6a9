/** What follows from an audit entry alone agrees with what the search parameters make of its AuditEvent. */
import assert from 'node:assert/strict';
import { auditEvent } from '../../../src/observe/audit/audit-event.js';
import { createDecide } from '../../../src/observe/audit/decide.js';
import { entryId, entryText, parseEntry, parseLine } from '../../../src/observe/audit/entry.js';
import { nextLink, START } from '../../../src/observe/audit/chain.js';
import { hasKey, indexedKeys, keyOfPosting, keysOf, keyText, textIn } from '../../../src/observe/audit/keys.js';
import { drivingKeys, timesOf } from '../../../src/observe/audit/narrow.js';
import { matches } from '../../../src/search/match.js';
import type { AuditEntry } from '../../../src/service.js';
import { filterOf, index, numbers, sampleEntry, SEARCHES } from './sample.js';

const FINDING_NOTHING = [
  'type=nothing',
  'entity:identifier=r1',
  'date:missing=true',
  '_lastUpdated=ne2026-01-02',
  '_id=nothing',
  'source:missing=true',
];
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const number = numbers(20261128);
const entries: AuditEntry[] = Array.from({ length: 1500 }, (_, at) => sampleEntry(number, NOW + at * 2345));
const logged = entries.map((entry, at) => ({ id: entryId(entry.at, `e${at}`), entry }));

describe('audit keys', () => {
  it('[D17] an entry has the keys of exactly the postings of its event', () => {
    for (const { id, entry } of logged) {
      const { postings } = index(auditEvent(id, entry), entry.at);
      const keys = postings.flatMap(posting => keyOfPosting(posting) ?? []);
      const own = keysOf(entry);
      assert.deepEqual(
        [...new Set(keys.map(keyText))].sort(),
        [...new Set(own.map(keyText))].sort(),
        JSON.stringify(entry),
      );
      assert.ok(own.every(key => hasKey(entry, key) && entryText(entry).includes(textIn(key) ?? '')));
    }
  });

  it('decides as the interpreter of the query tree does, or leaves it to it', () => {
    let decided = 0;
    for (const search of SEARCHES) {
      const filter = filterOf(search, NOW);
      const decide = createDecide(filter);
      let found = 0;
      for (const { id, entry } of logged) {
        const event = { type: 'AuditEvent', id, updated: entry.at, index: index(auditEvent(id, entry), entry.at) };
        const expected = matches(filter, event, { live: () => [] });
        const verdict = decide({ id, entry });
        assert.ok(verdict === undefined || verdict === expected, `${search} ${JSON.stringify(entry)}`);
        found += Number(expected);
        decided += Number(verdict !== undefined);
        if (!expected) continue;
        const driving = drivingKeys(filter).map(keyText);
        assert.ok(driving.length === 0 || indexedKeys(entry).some(key => driving.includes(keyText(key))), search);
        const { from, to } = timesOf(filter);
        assert.ok(from <= entry.at && entry.at <= to, search);
      }
      assert.equal(found > 0, !FINDING_NOTHING.includes(search), search);
    }
    assert.ok(decided > logged.length * 20, 'most searches need no events');
  });

  it('finds segments of one patient by key and of one day by time', () => {
    const driving = (search: string) => drivingKeys(filterOf(search, NOW)).map(keyText);
    assert.deepEqual(driving('patient=p1&action=R'), ['patient|Patient/p1']);
    assert.deepEqual(driving('agent=Practitioner/d1'), ['agent|Practitioner/d1']);
    assert.deepEqual(driving('outcome=8'), []);
    const day = timesOf(filterOf('date=2026-01-02', NOW));
    assert.deepEqual([day.from, Math.floor(day.to)], [Date.UTC(2026, 0, 2), Date.UTC(2026, 0, 3) - 1]);
  });
});

describe('audit lines', () => {
  it('hold each entry whole, and its id where it has one of its own', () => {
    for (const entry of entries) {
      assert.deepEqual(parseEntry(entryText(entry)), { entry });
      assert.deepEqual(parseEntry(entryText(entry, 'x')), { entry, id: 'x' });
    }
  });

  it('name an event by its instant and its link, in characters of an id', () => {
    const [entry] = entries as [AuditEntry];
    const link = nextLink(START, entryText(entry));
    const { id } = parseLine(`${link} ${entryText(entry)}`);
    assert.match(id, /^[A-Za-z0-9\-.]{1,64}$/);
    assert.ok(id.endsWith(link.slice(0, 32)));
    assert.throws(() => parseLine('nonsense'));
    assert.throws(() => parseLine(`${link} {}`));
    assert.throws(() => parseLine(`${link} [1]`));
  });
});
