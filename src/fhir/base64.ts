/** base64Binary as text. https://hl7.org/fhir/R4/datatypes.html#base64Binary */

const LETTERS = new Set(Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'));
const SPACES = new Set(Buffer.from(' \t\n\r\f\v'));
const PAD = '='.charCodeAt(0);

const SPACE = 1;
const LETTER = 2;
/** By character code; 0: neither. */
const kinds = Uint8Array.from({ length: 128 }, (_, code) =>
  LETTERS.has(code) ? LETTER : SPACES.has(code) ? SPACE : 0,
);

/**
 * Whether this is base64, with white space wherever it may stand. A loop, for a regular expression may run out of stack on
 * texts of millions of characters.
 */
export function isBase64(value: string): boolean {
  let [letters, padding] = [0, 0];
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    const kind = code < kinds.length ? kinds[code] : 0;
    if (kind === SPACE) continue;
    if (code === PAD) padding++;
    else if (kind === LETTER && padding === 0) letters++;
    else return false;
  }
  return letters > 0 && padding <= 2 && (letters + padding) % 4 === 0;
}
