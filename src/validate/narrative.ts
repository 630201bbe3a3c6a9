/**
 * Narrative XHTML: one div in its namespace, some content, and only the elements and attributes that FHIR allows (txt-1,
 * txt-2). https://hl7.org/fhir/R4/narrative.html#xhtml
 */
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { entities } from '../fhir/entities.table.js';
import { styleFault } from './narrative-style.js';

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

/** Attributes with an address. */
const addresses = new Set('cite href longdesc src usemap'.split(' '));

/** Schemes that a link may have; one without a scheme is relative. */
const schemes = new Set(['http', 'https', 'mailto', 'tel', 'sms', 'ftp', 'urn']);

/**
 * What an image may show without a request to elsewhere: itself, what is contained, or a file beside the page by its bare
 * name, as HL7's tools write it.
 */
const image = /^(?:data:image\/(?:png|gif|jpe?g|webp|bmp)[;,]|#|\w[\w-]*\.(?:png|gif|jpe?g)$)/i;

/** The parser's work grows with the square of the depth. */
const deepest = 200;

/** Ends the parser's work: one fault is enough. */
class Found extends Error {}

/**
 * What is wrong with a narrative's div; undefined if nothing is.
 *
 * Comments and CDATA are refused: browsers that read them as HTML end them elsewhere. In definitions, whose narratives HL7's
 * tools write with comments, those are allowed that end at the same place in both.
 */
export function narrativeFault(div: string, isDefinition = false): string | undefined {
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
  parser.on('cdata', () => fault('The narrative must not have CDATA sections.'));
  parser.on('comment', text => {
    if (!isDefinition || /^-?>/.test(text)) fault('The narrative must not have comments.');
  });
  try {
    parser.write(withoutEntities(div)).close();
  } catch (error) {
    if (error instanceof Found) return error.message;
    throw error;
  }
  return seen.content ? undefined : 'txt-2: The narrative has no content.';
}

/** XHTML's named characters may stand in a narrative; others, and XML's own, are left to the parser. */
const withoutEntities = (div: string): string =>
  div.replace(/&([A-Za-z]\w{1,31});/g, (entity, name: string) => (entities.has(name) ? '\u00a0' : entity));

function elementFault({ local, uri }: SaxesTagNS, isRoot: boolean): string | undefined {
  if (isRoot && local !== 'div') return 'The narrative must be one div.';
  if (uri !== namespace) return `The narrative must be in the namespace ${namespace}.`;
  return elements.has(local) ? undefined : `The element ${local} is not allowed in a narrative.`;
}

function attributeFault({ name, value }: { name: string; value: string }): string | undefined {
  if (!attributes.has(name) && !name.startsWith('xmlns:')) {
    return `The attribute ${name} is not allowed in a narrative.`;
  }
  if (name === 'style') return styleFault(value);
  return addresses.has(name) ? addressFault(name, value) : undefined;
}

/** Browsers leave out control characters and white space of an address, wherever they stand. */
function addressFault(name: string, value: string): string | undefined {
  const address = value.replaceAll(/[\0-\x20\x7f-\xa0]/g, '');
  if (name === 'src') return image.test(address) ? undefined : 'An image must not be fetched from elsewhere.';
  const scheme = /^([^/?#:]*):/.exec(address)?.[1]?.toLowerCase();
  return scheme === undefined || schemes.has(scheme) ? undefined : `The attribute ${name} must not have this scheme.`;
}
