/** The last net under the log: takes out of a text what has the form of a secret or of a caller's own words. */
/** https://www.iana.org/assignments/http-authschemes, and some that are not registered there. */
const SCHEMES =
  'Bearer|Basic|DPoP|Digest|Negotiate|NTLM|Kerberos|OAuth|HOBA|Mutual|GNAP|Concealed|PrivateToken|vapid|Hawk|Token|' +
  'Api-?Key|Signature|SCRAM-SHA-[\\w-]+|AWS4-HMAC-[\\w-]+';
const NAMES =
  '[\\w-]*(?:password|passwd|pwd|secret|api[-_]?key|access[-_]?key|private[-_]?key|token|assertion|session[-_]?id|credentials?)';

const forms: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]+-----[^-]*(-----END [A-Z ]+-----)?/g, '[redacted]'], // PEM, RFC 7468
  [
    /\b((?:proxy-)?authorization|(?:set-)?cookie2?|x-[\w-]*(?:key|token|auth)[\w-]*)(["']?\s*[:=]).*/gi,
    '$1$2 [redacted]',
  ],
  // One token, or parameters with commas between.
  [new RegExp(`\\b(${SCHEMES})\\s+(?:[\\w-]+=(?:"[^"]*"|[^\\s,"]*)(?:\\s*,\\s*)?)+`, 'gi'), '$1 [redacted]'],
  [new RegExp(`\\b(${SCHEMES})\\s+[^\\s"',]+`, 'gi'), '$1 [redacted]'],
  [new RegExp(`\\b(${NAMES})(["']?\\s*[:=]\\s*)(?:"[^"]*"|'[^']*'|[^\\s,;&]+)`, 'gi'), '$1$2[redacted]'],
  [/\beyJ[\w-]+\.[\w-]*(\.[\w-]*)*/g, '[redacted]'], // JWT, RFC 7519
  [/\?[^\s"'<>]*/g, '?[redacted]'], // query string
  [/\b([a-z][a-z\d+.-]*:\/\/)[^\s"'<>]+@/gi, '$1[redacted]@'], // user and password in an address
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
