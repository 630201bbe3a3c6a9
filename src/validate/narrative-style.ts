/**
 * The style attributes that a narrative may have: known properties, with values of words, numbers, colors and plain strings.
 * Whatever could fetch, run or cover the page is none of these. https://hl7.org/fhir/R4/narrative.html#css
 */

/** Properties by their first word: `border` stands for `border-left-color` too. */
const families = new Set('border font list margin padding text'.split(' '));

const properties = new Set(
  (
    'background background-color background-image border-collapse caption-side clear color display direction empty-cells float ' +
    'height hyphens letter-spacing line-height max-height max-width min-height min-width opacity orphans overflow ' +
    'overflow-wrap page-break-after page-break-before page-break-inside table-layout unicode-bidi vertical-align white-space ' +
    'widows width word-break word-spacing word-wrap'
  ).split(' '),
);

/** `list-style-image`, `border-image` and their like take images. */
const imaged = '-image';

/** A word, number with unit, color, plain string, separator, or a color by its parts. */
const token =
  /^(?:\s+|[,/]|!\s*important(?![\w-])|#[0-9a-f]{3,8}(?![\w-])|[+-]?(?:\d+\.?\d*|\.\d+)(?:%|[a-z]{1,4})?(?![\w-])|-?[a-z][a-z-]*(?![\w(-])|"[\w .-]*"|'[\w .-]*'|(?:rgb|hsl)a?\([\d\s.,%/]+\))/i;

/** The pictures of the tables that HL7's tools write: a file beside the page, by its bare name. */
const picture = /^url\(\w[\w-]*\.(?:png|gif|jpe?g)\)$/;

/** Why a style is not allowed; undefined if it is. */
export function styleFault(style: string): string | undefined {
  for (const declaration of style.split(';').map(part => part.trim())) {
    if (declaration === '') continue;
    const colon = declaration.indexOf(':');
    const property = declaration.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    const value = declaration.slice(colon + 1).trim();
    if (!isAllowed(property)) return `The style may not set this property: ${property.slice(0, 40)}.`;
    if (property === 'background-image' && picture.test(value)) continue;
    if (!isPlain(value)) return `The style's ${property} must be of plain words, numbers and colors.`;
  }
  return undefined;
}

const isAllowed = (property: string): boolean =>
  properties.has(property) ||
  (/^[a-z-]+$/.test(property) && families.has(property.split('-', 1)[0]!) && !property.includes(imaged));

function isPlain(value: string): boolean {
  let rest = value;
  while (rest !== '') {
    const [found = ''] = token.exec(rest) ?? [];
    if (found === '') return false;
    rest = rest.slice(found.length);
  }
  return value !== '';
}
