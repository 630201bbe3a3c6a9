/** Separators in search values and their escapes. https://hl7.org/fhir/R4/search.html#escaping */

/** Splits at a separator that no backslash precedes. The parts keep their escapes. */
export function splitEscaped(text: string, separator: ',' | '|' | '$'): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** Takes the escapes `\,` `\|` `\$` `\\` away; any other backslash stands for itself. */
export const unescape = (text: string): string => text.replace(/\\([,|$\\])/g, '$1');
