/**
 * Narrative XHTML: one div in its namespace, some content, and only the elements and attributes that FHIR allows (txt-1,
 * txt-2). https://hl7.org/fhir/R4/narrative.html#xhtml
 */
import { SaxesParser, type SaxesTagNS } from 'saxes';

const namespace = 'http://www.w3.org/1999/xhtml';

const elements = new Set(
  (
    'a abbr acronym address b bdo big blockquote br caption cite code col colgroup dd del dfn div dl dt em h1 h2 h3 h4 h5 ' +
    'h6 hr i img ins kbd li map area ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt u ul var'
  ).split(' '),
);

const attributes = new Set(
  (
    'abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char charoff charset cite ' +
    'class colspan compact coords dir frame headers height href hreflang hspace id lang longdesc name nowrap rel rev rowspan ' +
    'rules scope shape span src start style summary tabindex title type usemap valign value vspace width xml:lang xml:space xmlns'
  ).split(' '),
);

/** Links that run something, white space aside: browsers leave it out of an address, wherever it stands. */
const active = /^(javascript|vbscript|data:(?!image\/))/i;

/** The parser's work grows with the square of the depth. */
const deepest = 200;

/** Ends the parser's work: one fault is enough. */
class Found extends Error {}

/** What is wrong with a narrative's div; undefined if nothing is. */
export function narrativeFault(div: string): string | undefined {
  const parser = new SaxesParser({ xmlns: true });
  const seen = { depth: 0, content: false };
  const fault = (text: string | undefined): void => {
    if (text !== undefined) throw new Found(`txt-1: ${text}`);
  };
  parser.on('error', () => fault('The narrative is not well-formed XHTML.'));
  parser.on('doctype', () => fault('The narrative must not have a document type.'));
  parser.on('processinginstruction', () => fault('The narrative must not have processing instructions.'));
  parser.on('attribute', attribute => fault(attributeFault(attribute)));
  parser.on('opentag', tag => {
    if (seen.depth > deepest) fault(`The narrative is nested deeper than ${deepest} elements.`);
    fault(elementFault(tag, seen.depth++ === 0));
    seen.content ||= tag.local === 'img';
  });
  parser.on('closetag', () => {
    seen.depth -= 1;
  });
  parser.on('text', chars => {
    seen.content ||= seen.depth > 0 && chars.trim() !== '';
  });
  parser.on('cdata', chars => {
    seen.content ||= chars.trim() !== '';
  });
  try {
    parser.write(withoutEntities(div)).close();
  } catch (error) {
    if (error instanceof Found) return error.message;
    throw error;
  }
  return seen.content ? undefined : 'txt-2: The narrative has no content.';
}

/** HTML's named characters may stand in a narrative; XML's own are left to the parser. */
const withoutEntities = (div: string): string =>
  div.replace(/&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z]\w{1,31};/g, '\u00a0');

function elementFault({ local, uri }: SaxesTagNS, isRoot: boolean): string | undefined {
  if (isRoot && local !== 'div') return 'The narrative must be one div.';
  if (uri !== namespace) return `The narrative must be in the namespace ${namespace}.`;
  return elements.has(local) ? undefined : `The element ${local} is not allowed in a narrative.`;
}

function attributeFault({ name, value }: { name: string; value: string }): string | undefined {
  if (!attributes.has(name) && !name.startsWith('xmlns:'))
    return `The attribute ${name} is not allowed in a narrative.`;
  const runs = (name === 'href' || name === 'src') && active.test(value.replaceAll(/[\0-\x20]/g, ''));
  return runs ? `The attribute ${name} must not run anything.` : undefined;
}
