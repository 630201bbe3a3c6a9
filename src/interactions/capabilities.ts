/** GET [base]/metadata. https://hl7.org/fhir/R4/http.html#capabilities */
import { createHash } from 'node:crypto';
import { etag, namesVersion } from '../fhir/etag.js';
import { Fault } from '../fhir/fault.js';
import type { Handler, HandlerParts } from '../service.js';
import { viewOf } from './view.js';

/** A statement as text, and its summaries by the value of `_summary`. */
interface Written {
  text: string;
  version: string;
  summaries: Map<string, string>;
}

const texts = new WeakMap<object, Written>();

/** `normative` and `terminology` are answered with the full statement, as the specification allows. */
const MODES = ['full', 'normative', 'terminology'];

export const createCapabilities =
  ({ statement: statementOf, definitions }: Pick<HandlerParts, 'statement' | 'definitions'>): Handler =>
  async context => {
    const mode = context.request.query.find(([name]) => name === 'mode')?.[1] ?? 'full';
    if (!MODES.includes(mode)) {
      throw new Fault('invalid', `mode must be one of ${MODES.join(', ')}.`, { code: 'value' });
    }
    const query = context.request.query.filter(([name]) => name !== 'mode');
    const view = viewOf({ ...context, request: { ...context.request, query } }, definitions);
    const statement = await statementOf(context);
    const { text, version, summaries } = texts.get(statement) ?? written(statement);
    const headers = { etag: etag(version) };
    const known = context.request.headers['if-none-match'];
    if (known !== undefined && namesVersion(known, 'If-None-Match', version))
      return { response: { status: 304, headers } };
    if (query.some(([name]) => name === '_elements'))
      return { response: { status: 200, headers, reflected: 0, body: { kind: 'json', text: view(text) } } };
    const summary = query.find(([name]) => name === '_summary')?.[1] ?? '';
    const shown = summaries.get(summary) ?? view(text);
    summaries.set(summary, shown);
    return { response: { status: 200, headers, reflected: 0, stable: true, body: { kind: 'json', text: shown } } };
  };

/** No version number changes with every change of a statement: its entity tag is a hash of its text. */
function written(statement: object): Written {
  const text = JSON.stringify(statement);
  const done = {
    text,
    version: createHash('sha256').update(text).digest('hex').slice(0, 16),
    summaries: new Map<string, string>(),
  };
  texts.set(statement, done);
  return done;
}
