/** The last net under the log: takes out of a text what has the form of a secret or of a caller's own words. */
const forms: [RegExp, string][] = [
  [/\b(Bearer|Basic|DPoP)\s+[^\s"',]+/gi, '$1 [redacted]'],
  [/\beyJ[\w-]+\.[\w-]*(\.[\w-]*)*/g, '[redacted]'], // JWT, RFC 7519
  [/\?[^\s"'<>]*/g, '?[redacted]'], // query string
  [/\b([a-z][a-z\d+.-]*:\/\/)[^\s/@]+@/gi, '$1[redacted]@'], // user and password in an address
  [/[^\s<>@"']+@[^\s<>@"']+\.[^\s<>@"']+/g, '[redacted]'], // e-mail address
];

const longest = 500;

export function scrub(text: string): string {
  const clean = forms.reduce(
    (result, [form, replacement]) => result.replace(form, replacement),
    text.slice(0, 4 * longest),
  );
  return clean.length > longest ? `${clean.slice(0, longest)}…` : clean;
}
