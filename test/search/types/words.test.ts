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
  {
    resourceType: 'Condition',
    id: 'c',
    text: { status: 'generated', div: '<div>Caf&#233; Gar&#xE7;on &Eacute;toile&nbsp;&lt;fin&gt; &#9999999;</div>' },
  },
];

describe('search/types/words', () => {
  table(resources, 'Condition', [
    ['[R71] word of the narrative', '_text=migrane', 'a'],
    ['[R71] all words', '_text=nausea%20severe', 'a'],
    ['[R71] tags and attributes are no text', '_text=hidden'],
    ['[R71] characters given by number', '_text=cafe garçon', 'c'],
    ['[R71] letters given by name', '_text=etoile fin', 'c'],
    ['[R71] names of characters are no words', '_text=nbsp'],
    ['[R71] any of two', '_text=fever,nausea', 'a'],
    ['[R71] either', '_content=fever OR nausea', 'a', 'b'],
    ['[R71] and before or', '_content=fever nausea or x9', 'b'],
    ['[R71] parentheses', '_content=(severe OR x9) and nausea', 'a', 'b'],
    ['[R71] and', '_content=severe AND x9'],
    ['[R71] content has narrative and data', '_content=nausea', 'a', 'b'],
    ['[R71] content has codes', '_content=x9', 'b'],
    ['[R71] content has no addresses', '_content=example'],
    ['[F08] patterns find nothing', '_content=n.*'.replace('n.*', 'naus')],
  ]);

  it('[R65] values without words, and what is not closed, are refused', () => {
    for (const value of ['...', 'or', 'fever OR', '(fever', 'fever)', '()', 'AND']) {
      refused('Condition', `_text=${value}`, 'invalid', 'value');
    }
    refused('Condition', `_text=${'('.repeat(50)}fever${')'.repeat(50)}`, 'too-costly');
  });
});
