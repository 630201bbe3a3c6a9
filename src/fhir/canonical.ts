/** Canonical references, `url` or `url|version`. https://hl7.org/fhir/R4/references.html#canonical */

/** Url and version of a canonical reference; '' where it names no version. */
export function splitCanonical(canonical: string): { url: string; version: string } {
  const bar = canonical.indexOf('|');
  return bar < 0
    ? { url: canonical, version: '' }
    : { url: canonical.slice(0, bar), version: canonical.slice(bar + 1) };
}

export const withoutVersion = (canonical: string): string => splitCanonical(canonical).url;
