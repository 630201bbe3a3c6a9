/** GET [base]/metadata. https://hl7.org/fhir/R4/http.html#capabilities */
import { createHash } from 'node:crypto';
import { etag, namesVersion } from '../fhir/etag.js';
import { Fault } from '../fhir/fault.js';
import type { Handler, HandlerParts } from '../service.js';
import { viewOf } from './view.js';

const texts = new WeakMap<object, { text: string; version: string }>();

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
    const { text, version } = texts.get(statement) ?? written(statement);
    const headers = { etag: etag(version) };
    const known = context.request.headers['if-none-match'];
    if (known !== undefined && namesVersion(known, 'If-None-Match', version))
      return { response: { status: 304, headers } };
    const body = { kind: 'json' as const, text: view(text) };
    return { response: { status: 200, headers, reflected: 0, ...(query.length === 0 ? { stable: true } : {}), body } };
  };

/** No version number changes with every change of a statement: its entity tag is a hash of its text. */
function written(statement: object): { text: string; version: string } {
  const text = JSON.stringify(statement);
  const done = { text, version: createHash('sha256').update(text).digest('hex').slice(0, 16) };
  texts.set(statement, done);
  return done;
}
