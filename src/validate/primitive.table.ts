/**
 * The primitive types as JSON Schema. Dates are those that exist. The regular expressions need no backtracking.
 * https://hl7.org/fhir/R4/datatypes.html#primitive
 */
export type Schema = Record<string, unknown>;

const year = '(?!0000)\\d{4}';
const leapYear = '(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)';
const commonDay =
  '(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))';
const day = `(?:${year}-${commonDay}|(?!0000)${leapYear}-02-29)`;
const time = '(?:[01]\\d|2[0-3]):[0-5]\\d:(?:[0-5]\\d|60)(?:\\.\\d+)?';
const zone = '(?:Z|[+-](?:(?:0\\d|1[0-3]):[0-5]\\d|14:00))';
const partial = `${year}(?:-(?:0[1-9]|1[0-2]))?`;
const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const oid = '[0-2](?:\\.(?:0|[1-9]\\d*))+';
/** The type uuid is in lower case; elsewhere a UUID is one in any: https://www.rfc-editor.org/rfc/rfc9562#section-4 */
const anyUuid = uuid.replaceAll('a-f', 'a-fA-F');
const uri = `(?!urn:uuid:(?!${anyUuid}(?:$|[#?/])))(?!urn:oid:(?!${oid}(?:$|[#?/|])))[^\\s\\u0000-\\u001f]+`;

/** Characters a string may have. */
const maxLength = 1024 * 1024;

const data = (pattern: string): Schema => ({ type: 'string', pattern: `^(?:${pattern})$` });
const text = (pattern: string): Schema => ({ ...data(pattern), maxLength });
const whole = (minimum: number): Schema => ({ type: 'integer', minimum, maximum: 2147483647 });
/** Any characters but controls and halves of surrogate pairs; tab, line feed and carriage return may stand. */
const free = text('[\\t\\n\\r\\u0020-\\uD7FF\\uE000-\\u{10FFFF}]+');

export const primitives: Readonly<Record<string, Schema>> = {
  // Looked for what it may not hold: a pattern of the whole could run out of stack on texts of many millions.
  base64Binary: { type: 'string', minLength: 1, not: { type: 'string', pattern: '[^A-Za-z0-9+/=\\s]' } },
  boolean: { type: 'boolean' },
  canonical: text(uri),
  code: text('[^\\s\\u0000-\\u001f]+(?:\\s[^\\s\\u0000-\\u001f]+)*'),
  date: text(`${partial}|${day}`),
  dateTime: text(`${partial}|${day}(?:T${time}${zone})?`),
  decimal: { decimal: true },
  id: text('[A-Za-z0-9\\-.]{1,64}'),
  instant: text(`${day}T${time}${zone}`),
  integer: whole(-2147483648),
  markdown: free,
  oid: text(`urn:oid:${oid}`),
  positiveInt: whole(1),
  string: free,
  time: text(time),
  unsignedInt: whole(0),
  uri: text(uri),
  url: text(uri),
  uuid: text(`urn:uuid:${uuid}`),
  xhtml: { type: 'string', pattern: '\\S' },
};
