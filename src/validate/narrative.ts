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
    'rules scope shape span src start style summary tabindex title type usemap valign value vspace width xml:lang xmlns'
  ).split(' '),
);

/** Links that run something. */
const active = /^\s*(javascript|vbscript|data:text)/i;

/** The parser's work grows with the square of the depth. */
const deepest = 200;

class TooDeep extends Error {}

/** What is wrong with a narrative's div; undefined if nothing is. */
export function narrativeFault(div: string): string | undefined {
  const parser = new SaxesParser({ xmlns: true });
  const faults: string[] = [];
  const seen = { depth: 0, content: false };
  parser.on('error', () => faults.push('txt-1: The narrative is not well-formed XHTML.'));
  parser.on('doctype', () => faults.push('txt-1: The narrative must not have a document type.'));
  parser.on('processinginstruction', () => faults.push('txt-1: The narrative must not have processing instructions.'));
  parser.on('opentag', tag => {
    if (seen.depth > deepest) throw new TooDeep();
    const fault = tagFault(tag, seen.depth++ === 0);
    if (fault) faults.push(`txt-1: ${fault}`);
    seen.content ||= tag.local === 'img';
  });
  parser.on('closetag', () => (seen.depth -= 1));
  parser.on('text', chars => (seen.content ||= seen.depth > 0 && chars.trim() !== ''));
  parser.on('cdata', chars => (seen.content ||= chars.trim() !== ''));
  try {
    parser.write(withoutEntities(div)).close();
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    return `txt-1: The narrative is nested deeper than ${deepest} elements.`;
  }
  return faults[0] ?? (seen.content ? undefined : 'txt-2: The narrative has no content.');
}

/** HTML's named characters may stand in a narrative; XML's own are left to the parser. */
const withoutEntities = (div: string): string =>
  div.replace(/&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z]\w{1,31};/g, '\u00a0');

function tagFault({ local, uri, attributes: present }: SaxesTagNS, isRoot: boolean): string | undefined {
  if (isRoot && local !== 'div') return 'The narrative must be one div.';
  if (uri !== namespace) return `The narrative must be in the namespace ${namespace}.`;
  if (!elements.has(local)) return `The element ${local} is not allowed in a narrative.`;
  for (const { name, value } of Object.values(present)) {
    if (!attributes.has(name) && !name.startsWith('xmlns:'))
      return `The attribute ${name} is not allowed in a narrative.`;
    if ((name === 'href' || name === 'src') && active.test(value))
      return `The attribute ${name} must not run anything.`;
  }
  return undefined;
}
