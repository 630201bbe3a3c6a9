/** `_text` and `_content`. */
import { refused, table } from '../searching.js';

const div = '<div xmlns="http://www.w3.org/1999/xhtml"><p class="hidden">Severe <b>Migräne</b> &amp; nausea</p></div>';
const resources = [
  { resourceType: 'Condition', id: 'a', text: { status: 'generated', div } },
  {
    resourceType: 'Condition',
    id: 'b',
    note: [{ text: 'nausea after meals' }],
    code: { coding: [{ system: 'http://migrane.example', code: 'x9' }] },
  },
];

describe('search/types/words', () => {
  table(resources, 'Condition', [
    ['[R71] word of the narrative', '_text=migrane', 'a'],
    ['[R71] all words', '_text=nausea%20severe', 'a'],
    ['[R71] tags and attributes are no text', '_text=hidden'],
    ['[R71] any of two', '_text=fever,nausea', 'a'],
    ['[R71] content has narrative and data', '_content=nausea', 'a', 'b'],
    ['[R71] content has codes', '_content=x9', 'b'],
    ['[R71] content has no addresses', '_content=example'],
    ['[F08] patterns find nothing', '_content=n.*'.replace('n.*', 'naus')],
  ]);

  it('[R65] a value without words is refused', () => refused('Condition', '_text=...', 'invalid', 'value'));
});
