/** What a narrative may hold: https://hl7.org/fhir/R4/narrative.html. The same vectors run in Chromium (test/browser). */
import assert from 'node:assert/strict';
import { harmless, vectors } from '../fixtures/narrative-vectors.js';
import { narrativeFault } from '../../src/validate/narrative.js';
import { marks, observation } from './validator-fixture.js';
import { processorTime } from '../fixtures/processor-time.js';

const div = (inner: string): string => `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>`;

/** Harmless, since browsers take it as mere text. */
const isText = (inner: string): boolean => inner.startsWith('<p title="&quot;');

describe('[E04] narratives', () => {
  it('nothing that may run or fetch', () => {
    assert.ok(vectors.length > 100);
    assert.deepEqual(
      vectors.filter(inner => !isText(inner) && narrativeFault(div(inner)) === undefined),
      [],
    );
  });

  it('plain styles, links, embedded images and named characters', () => {
    assert.deepEqual(
      harmless.flatMap(inner => narrativeFault(div(inner)) ?? []),
      [],
    );
  });

  it('named characters that XHTML does not have', () => {
    for (const name of ['colon', 'Tab', 'NewLine', 'lpar', 'nonsense']) {
      assert.match(narrativeFault(div(`x&${name};`)) ?? '', /^txt-1/);
    }
  });

  it('comments: in definitions alone, and where they end as in HTML', () => {
    const definition = (comment: string): string[] =>
      marks({
        ...{ resourceType: 'CodeSystem', status: 'draft', content: 'not-present' },
        text: { status: 'generated', div: div(`x<!--${comment}-->`) },
      });
    assert.deepEqual(definition(' <p>left out</p> '), []);
    for (const comment of ['>', '->', '> <img src="x"/>']) {
      assert.deepEqual(definition(comment), ['invariant CodeSystem.text.div']);
    }
    const text = { status: 'generated', div: div('x<!-- left out -->') };
    assert.deepEqual(marks(observation({ text })), ['invariant Observation.text.div']);
  });

  it('a long style takes no long', () => {
    const start = processorTime();
    assert.match(narrativeFault(div(`<p style="color:${'red '.repeat(500_000)}(">x</p>`)) ?? '', /style/);
    assert.ok(processorTime() - start < 2_000, String(processorTime() - start));
  });
});
