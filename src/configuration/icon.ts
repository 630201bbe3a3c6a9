/**
 * The organization's icon: a PNG, or an SVG of shapes alone. What it is told by its content, not by its name; an SVG that could
 * run or load anything is refused. https://www.w3.org/TR/SVG2/, https://www.w3.org/TR/png-3/
 */
import type { Attachment } from 'fhir/r4.js';
import { SaxesParser } from 'saxes';

export interface Icon {
  readonly type: 'image/png' | 'image/svg+xml';
  readonly bytes: Buffer;
}

/** Bytes, and pixels of an edge. */
const LARGEST = 64 * 1024;
const WIDEST = 1024;

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Offsets of the edges in a PNG's header. */
const [WIDTH, HEIGHT, HEADER] = [16, 20, 24];

const ELEMENTS = new Set(
  'svg g path rect circle ellipse line polyline polygon title desc defs linearGradient radialGradient stop clipPath'.split(
    ' ',
  ),
);
const ATTRIBUTES = new Set(
  (
    'xmlns version viewBox width height x y x1 y1 x2 y2 cx cy r rx ry fx fy d points id fill fill-rule fill-opacity stroke ' +
    'stroke-width stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-dasharray opacity transform offset ' +
    'stop-color stop-opacity gradientUnits gradientTransform clip-path clip-rule preserveAspectRatio role aria-label'
  ).split(' '),
);

/** The icon; undefined where the attachment is none. */
export function iconOf({ data = '' }: Attachment): Icon | undefined {
  const bytes = Buffer.from(data, 'base64');
  if (bytes.length === 0 || bytes.length > LARGEST) return undefined;
  if (isPng(bytes)) return { type: 'image/png', bytes };
  return isDrawing(bytes) ? { type: 'image/svg+xml', bytes } : undefined;
}

function isPng(bytes: Buffer): boolean {
  if (bytes.length < HEADER || !bytes.subarray(0, PNG.length).equals(PNG)) return false;
  const edges = [bytes.readUInt32BE(WIDTH), bytes.readUInt32BE(HEIGHT)];
  return edges.every(edge => edge > 0 && edge <= WIDEST);
}

/** Ends the parser's work. */
class Refused extends Error {}

function isDrawing(bytes: Buffer): boolean {
  const parser = new SaxesParser({ xmlns: true });
  const refuse = (): never => {
    throw new Refused();
  };
  let root: string | undefined;
  parser.on('error', refuse);
  parser.on('doctype', refuse);
  parser.on('cdata', refuse);
  parser.on('processinginstruction', refuse);
  parser.on('opentag', ({ name, uri, attributes }) => {
    root ??= name;
    if (uri !== 'http://www.w3.org/2000/svg' || !ELEMENTS.has(name)) refuse();
    if (!Object.values(attributes).every(({ name, value }) => ATTRIBUTES.has(name) && isInert(name, value))) refuse();
  });
  try {
    parser.write(new TextDecoder('utf-8', { fatal: true }).decode(bytes)).close();
    return root === 'svg';
  } catch (error) {
    if (error instanceof Refused || error instanceof TypeError) return false;
    throw error;
  }
}

/** Nothing in an attribute leads elsewhere: a paint is a color or another part of the same drawing. */
const isInert = (name: string, value: string): boolean =>
  name === 'xmlns' || (!/[\\<]|\/\*|:/.test(value) && /^(?!.*url\s*\()|^\s*url\(#[\w-]+\)\s*$/is.test(value));
