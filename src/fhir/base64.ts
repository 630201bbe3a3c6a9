/** base64Binary as text. https://hl7.org/fhir/R4/datatypes.html#base64Binary */

const lastQuantum = /^(?:[^=]{4}|[^=]{3}=|[^=]{2}==)$/;

/** Whether length and padding are those of base64; the alphabet is checked by the shape. White space may stand anywhere. */
export function isBase64(value: string): boolean {
  const compact = /\s/.test(value) ? value.replace(/\s+/g, '') : value;
  const padding = compact.indexOf('=');
  return (
    compact.length % 4 === 0 && (padding < 0 || (lastQuantum.test(compact.slice(-4)) && padding >= compact.length - 2))
  );
}
