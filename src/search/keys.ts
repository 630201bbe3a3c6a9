/**
 * The form of every index key, in one place. A parameter's base is `{Type}|{code}`; a suffix says what kind of value
 * follows. Postings are base + suffix with the value in it; ranges and strings are base + suffix beside their value.
 *
 * | suffix                          | kind    | what it stands for                                                  |
 * |---------------------------------|---------|---------------------------------------------------------------------|
 * | `!`                             | posting | the resource has a value for the parameter (`:missing`)             |
 * | `\|={code}`                     | posting | token of any system, or none; also the key tokens are sorted by     |
 * | `\|{system}\|{code}`            | posting | token of this system; `\|\|{code}` where it has none                |
 * | `\|{system}\|`                  | posting | any token of this system                                            |
 * | `\|:{system}\|{code}\|{value}`  | posting | identifier with this type (`:of-type`)                              |
 * | `\|{Type}/{id}`                 | posting | reference to a resource of ours; `…/_history/{v}` as well if it says |
 * | `\|={id}`                       | posting | the same by id alone, where the parameter has many target types     |
 * | `\|{url}`                       | posting | reference to elsewhere; canonical reference of any version           |
 * | `\|{url}\|{version}`            | posting | canonical reference; `\|{url}\|` where it names no version          |
 * | `:below\|{url}\|{start}`        | posting | canonical reference whose version begins so                         |
 * | `:below\|{MIME type}`           | posting | MIME type with parameters                                           |
 * | `:identifier\|…`                | posting | Reference.identifier, in the forms of a token                       |
 * | `\|={uri}`                      | posting | uri                                                                 |
 * | `\|={word}`                     | posting | a word of `_text` or `_content`                                     |
 * | none                            | range   | date, number, quantity in any unit                                  |
 * | `\|{system}\|{code}`            | range   | quantity in this unit; of UCUM's, converted to base units           |
 * | `\|{system}\|`                  | range   | quantity in any unit of this system, not converted                  |
 * | `\|\|{unit}`                    | range   | quantity whose code or display unit is this                         |
 * | none                            | string  | text, normalized (types/string.ts)                                  |
 * | `:word`                         | string  | family name from its second or a later word on, normalized          |
 * | `=`                             | string  | text or uri, verbatim                                               |
 * | `:text`                         | string  | display or text of a token, normalized                              |
 * | `>#{Type}/{container}#{id}`     | posting | reference to a contained resource                                   |
 * | suffixes of parts joined by `$` | any     | composite                                                           |
 *
 * Keys of a contained resource are the same, with `#` before its type.
 */

/** What all keys of a parameter begin with. */
export const baseKey = (type: string, code: string): string => `${type}|${code}`;

export const PRESENT = '!';
export const VERBATIM = '=';
export const TEXT = ':text';
export const WORD = ':word';
export const IDENTIFIER = ':identifier';

/** A system as part of a key: nothing in it can be taken for a separator. */
function systemPart(system: string): string {
  const plain = !system.includes('|') && !system.includes('%') && !system.startsWith('=') && !system.startsWith(':');
  return plain ? system : encodeURIComponent(system.toWellFormed());
}

/** Suffix of a token in any system; of a uri, a word, or an id whose type is open. */
export const anyForm = (value: string): string => `|=${value}`;

/** Suffix of a token or unit in a system ('' = none); an empty code stands for any of that system. */
export const systemForm = (system: string, code: string): string => `|${systemPart(system)}|${code}`;

/** Suffix of an identifier by type. */
export const ofTypeForm = (system: string, code: string, value: string): string =>
  `|:${systemPart(system)}|${systemPart(code)}|${value}`;

/** Suffix of a reference: `Patient/1`, or a whole URL. */
export const referenceForm = (reference: string): string => `|${reference}`;

/** Suffix of what lies above a value: a canonical's version cut short, a MIME type without its parameters. */
export const belowForm = (value: string): string => `:below|${value}`;

/** What the postings of a reference parameter begin with, as chains need it. */
export const chainKey = (base: string): string => `${base}|`;

/** What the postings of a reference parameter to contained resources begin with. */
export const linkKey = (base: string): string => `${base}>`;

/** The key of a contained resource, out of that of any resource of its type. */
export const insideKey = (key: string): string => `#${key}`;

/** Suffix of a composite: those of its parts, none of which can be taken for another's. */
export const compositeForm = (suffixes: readonly string[]): string =>
  `|${suffixes.map(part => (/[%$]/.test(part) ? part.replaceAll('%', '%25').replaceAll('$', '%24') : part)).join('$')}`;
