/**
 * Code systems that no list holds, but a grammar, a library or Node itself knows: units, languages, media types,
 * currencies, countries, time zones. https://hl7.org/fhir/R4/terminologies-systems.html
 */
import { isUnit, UCUM } from '../fhir/ucum.js';
import { Cache } from '../runtime/cache.js';

const none = { fallback: 'none' } as const;
const languages = new Intl.DisplayNames('en', { type: 'language', ...none });
const regions = new Intl.DisplayNames('en', { type: 'region', ...none });
const currencies = new Intl.DisplayNames('en', { type: 'currency', ...none });

/** Tags of BCP 47 that were registered before its grammar, and do not follow it. */
const irregular =
  /^(?:en-gb-oed|i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)|sgn-(?:be-fr|be-nl|ch-de)|x(?:-[a-z0-9]{1,8})+)$/i;

/** https://www.rfc-editor.org/info/bcp47: well-formed; of the subtags those of two letters must exist. */
function isLanguage(code: string): boolean {
  if (irregular.test(code)) return true;
  const tag = isWellFormed(code)
    ? /^([a-z]{2,3})(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-([a-z]{2}|\d{3}))?(?:-|$)/i.exec(code)
    : null;
  if (!tag) return false;
  const [, language, region] = tag as unknown as [string, string, string | undefined];
  if (language.length === 2 && !isKnownLanguage(language)) return false;
  return region === undefined || region.length === 3 || regions.of(region.toUpperCase()) !== undefined;
}

function isWellFormed(code: string): boolean {
  try {
    return Intl.getCanonicalLocales(code).length > 0;
  } catch {
    return false;
  }
}

/** Node names the common languages in English, and knows scripts of nearly all. */
const isKnownLanguage = (code: string): boolean =>
  languages.of(code) !== undefined || new Intl.Locale(code).maximize().script !== undefined;

/** https://www.rfc-editor.org/info/bcp13, and the short names that `CapabilityStatement.format` may have. */
const mediaType =
  /^(?:(?:xml|json|ttl)|[a-z0-9][\w!#$&^.+-]{0,126}\/[a-z0-9*][\w!#$&^.+*-]{0,126}(?:\s*;\s*[\w!#$&^.+-]+=(?:[^\s";]+|"[^"]*"))*;?)$/i;

/** ISO 3166: two letters, three letters or three digits; parts of countries as `US-CA`. */
function isCountry(code: string): boolean {
  const [, alpha2] = /^([A-Z]{2})(?:-[A-Z0-9]{1,3})?$/.exec(code) ?? [];
  return alpha2 === undefined ? /^(?:[A-Z]{3}|\d{3})$/.test(code) : regions.of(alpha2) !== undefined;
}

function isTimeZone(code: string): boolean {
  if (!/^[A-Z]/i.test(code)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: code }).format(0) !== '';
  } catch {
    return false;
  }
}

/** Answers kept of each system: the same few codes come again and again. */
const KEPT = 1000;

function remembered(has: (code: string) => boolean): (code: string) => boolean {
  const answers = new Cache<boolean>(KEPT);
  return code => answers.getOrMake(code, () => has(code));
}

const systems: ReadonlyMap<string, (code: string) => boolean> = new Map([
  [UCUM, remembered(isUnit)],
  ['urn:ietf:bcp:47', remembered(isLanguage)],
  ['urn:ietf:bcp:13', code => mediaType.test(code)],
  ['urn:iso:std:iso:4217', remembered(code => /^[A-Z]{3}$/.test(code) && currencies.of(code) !== undefined)],
  ['urn:iso:std:iso:3166', remembered(isCountry)],
  ['https://www.iana.org/time-zones', remembered(isTimeZone)],
]);

/** What tells whether the code system has a code; undefined where only a list of its codes could. */
export const grammarOf = (system: string): ((code: string) => boolean) | undefined => systems.get(system);
