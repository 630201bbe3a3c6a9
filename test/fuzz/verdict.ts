/** What every answer must be, whatever was sent. */
import { loadDefinitions } from '../../src/definitions/load.js';
import type { Resource } from '../../src/fhir/resource.js';
import { fromXml } from '../../src/formats/xml.js';
import { createValidator } from '../../src/validate/validator.js';
import type { Answer, Sent } from './exchange.js';

/** Milliseconds. */
const SLOWEST = 2000;

/** Issue codes that fit a status. https://hl7.org/fhir/R4/valueset-issue-type.html */
const CODES: Readonly<Record<number, readonly string[]>> = {
  400: [
    'invalid',
    'structure',
    'value',
    'required',
    'not-supported',
    'too-costly',
    'too-long',
    'not-found',
    'multiple-matches',
  ],
  401: ['login', 'expired'],
  403: ['forbidden', 'security', 'suppressed'],
  404: ['not-found', 'not-supported'],
  405: ['not-supported'],
  406: ['not-supported'],
  408: ['timeout'],
  409: ['conflict'],
  410: ['deleted', 'expired'],
  412: ['conflict', 'multiple-matches', 'not-found'],
  413: ['too-long'],
  415: ['not-supported'],
  422: [
    'business-rule',
    'invariant',
    'required',
    'code-invalid',
    'structure',
    'value',
    'invalid',
    'not-found',
    'processing',
    'duplicate',
  ],
  429: ['throttled'],
  431: ['too-long'],
};

/** What tells of the server's insides. */
const INSIDES = /node_modules|node:internal|SQLITE_|\.(?:js|ts):\d+|\n\s+at \S+ \(|MongoError/;

/** As browsers do. */
const asksForPage = ({ method, path, headers }: Sent): boolean =>
  method === 'GET' && (/text.html/.test(headers['accept'] ?? '') || /_format=[^&]*html/.test(path));

export type Verdict = (sent: Sent, answer: Answer) => string[];

/** Finds what is wrong with an answer: [] if nothing is. */
export function createVerdict(root: string): Verdict {
  const definitions = loadDefinitions(root);
  const validator = createValidator(definitions, { root });

  const outcome = (sent: Sent, { status, headers, body }: Answer): string[] => {
    const type = headers['content-type'] ?? '';
    const text = body.toString();
    if (type === 'text/html; charset=utf-8' && asksForPage(sent))
      return INSIDES.test(text) ? ['tells of the insides'] : [];
    if (!/^application\/fhir\+(json|xml); charset=utf-8$/.test(type)) return [`error as ${type}`];
    const resource = type.includes('json')
      ? (JSON.parse(text) as Resource)
      : fromXml(text, definitions, { maxDepth: 64 });
    if (resource.resourceType !== 'OperationOutcome') return [`an error that is a ${resource.resourceType}`];
    const invalid = validator.validate(resource).filter(({ severity }) => severity === 'error');
    const codes = (resource['issue'] as { code: string; severity: string }[])
      .filter(({ severity }) => severity === 'error' || severity === 'fatal')
      .map(({ code }) => code);
    // What stands behind the first may be of another kind: a body that is malformed may break rules too.
    const unfit = codes.slice(0, 1).filter(code => !CODES[status]?.includes(code));
    return [
      ...invalid.map(({ diagnostics }) => `OperationOutcome: ${diagnostics}`),
      ...unfit.map(code => `status ${status} with code ${code}`),
      ...(codes.length === 0 ? ['an OperationOutcome without an error'] : []),
      ...(INSIDES.test(text) ? ['tells of the insides'] : []),
    ];
  };

  return (sent, answer) => {
    const { method, path } = sent;
    const { status, headers, ms } = answer;
    const faults = [
      ...(status >= 500 || status < 200 ? [`status ${status}`] : []),
      ...(ms > SLOWEST ? [`took ${Math.round(ms)} ms`] : []),
      ...(headers['x-powered-by'] === undefined ? [] : ['says what runs it']),
    ];
    if (!path.startsWith('/fhir') || method === 'HEAD' || status < 400 || status >= 500) return faults;
    return [...faults, ...outcome(sent, answer)];
  };
}
