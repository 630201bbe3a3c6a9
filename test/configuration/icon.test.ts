/** Icons and colors that an organization may have: by their content, not by what they are said to be. */
import assert from 'node:assert/strict';
import { contrast, legibleOn, LEGIBLE } from '../../src/configuration/color.js';
import { iconOf } from '../../src/configuration/icon.js';

const icon = (content: string | Buffer) => iconOf({ data: Buffer.from(content).toString('base64') });
const svg = (inner: string, attributes = '') =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8" ${attributes}>${inner}</svg>`;

function png(width: number, height = width): Buffer {
  const header = Buffer.alloc(33);
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).copy(header);
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  return header;
}

describe('the icon of an organization', () => {
  it('[RN-27] is a PNG or an SVG of shapes', () => {
    assert.equal(icon(png(64))?.type, 'image/png');
    const gradient = '<defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/></linearGradient></defs>';
    assert.equal(icon(svg(`${gradient}<path d="M0 0h8v8z" fill="url(#a)"/>`))?.type, 'image/svg+xml');
  });

  for (const [what, content] of [
    ['nothing', ''],
    ['text', 'hello'],
    ['a JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
    ['a wide PNG', png(1025, 1)],
    ['a PNG without an edge', png(0, 1)],
    ['a cut PNG', png(8).subarray(0, 20)],
    ['a large SVG', svg(`<desc>${'x'.repeat(70_000)}</desc>`)],
    ['a script', svg('<script>alert(1)</script>')],
    ['an event', svg('', 'onload="alert(1)"')],
    ['a link', svg('<a href="https://example.org"><path d="M0 0"/></a>')],
    ['a used file', svg('<use href="https://example.org/x.svg#a"/>')],
    ['an image', svg('<image href="https://example.org/x.png"/>')],
    ['foreign content', svg('<foreignObject><div xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>')],
    ['a style', svg('<style>@import "https://example.org"</style>')],
    ['a style attribute', svg('<path style="fill:url(https://example.org)"/>')],
    ['a paint from elsewhere', svg('<path fill="url(https://example.org/#a)"/>')],
    ['a paint from elsewhere by an escape', svg('<path fill="u\\72l(//example.org/#a)"/>')],
    ['a paint from elsewhere, then a color', svg('<path fill="url(//example.org) red"/>')],
    ['an animation', svg('<animate attributeName="href" to="javascript:alert(1)"/>')],
    ['entities', `<!DOCTYPE svg [<!ENTITY a "b">]>${svg('&a;')}`],
    ['a document type', `<!DOCTYPE svg>${svg('')}`],
    ['text that is no UTF-8', Buffer.from(svg('<title>\xff</title>'), 'latin1')],
    ['a style sheet', `<?xml-stylesheet href="https://example.org/x.css"?>${svg('')}`],
    ['HTML', '<html xmlns="http://www.w3.org/1999/xhtml"/>'],
    ['SVG in no namespace', '<svg viewBox="0 0 8 8"/>'],
    ['broken SVG', '<svg xmlns="http://www.w3.org/2000/svg">'],
  ] as const)
    it(`[RN-27] [F06] is not ${what}`, () => assert.equal(icon(content), undefined));
});

describe('the palette of an organization', () => {
  it('[RN-27] has the contrast that WCAG defines', () => {
    assert.equal(contrast('#000000', '#ffffff'), 21);
    assert.ok(Math.abs(contrast('#777777', '#FFFFFF') - 4.48) < 0.01);
    assert.equal(contrast('red', '#ffffff'), 1);
  });

  it('[RN-27] is made lighter for the dark scheme until it is legible, and no more', () => {
    assert.equal(legibleOn('#12181a', '#83cdbf'), '#83cdbf');
    for (const accent of ['#17595a', '#000000', '#7a1f5c', '#0b2a6f']) {
      assert.ok(contrast(legibleOn('#12181a', accent), '#12181a') >= LEGIBLE, accent);
    }
  });
});
