/** GET [base]/metadata. https://hl7.org/fhir/R4/http.html#capabilities */
import { Fault } from '../fhir/fault.js';
import type { Handler } from '../service.js';
import { viewOf } from './view.js';

const texts = new WeakMap<object, string>();

/** For the last two a server may answer with the whole statement, and this one does. */
const MODES = ['full', 'normative', 'terminology'];

export const capabilities: Handler = async context => {
  const mode = context.request.query.find(([name]) => name === 'mode')?.[1] ?? 'full';
  if (!MODES.includes(mode)) {
    throw new Fault('invalid', `mode must be one of ${MODES.join(', ')}.`, { code: 'value' });
  }
  const query = context.request.query.filter(([name]) => name !== 'mode');
  const view = viewOf({ ...context, request: { ...context.request, query } });
  const statement = await context.services.statement(context);
  const text = texts.get(statement) ?? JSON.stringify(statement);
  texts.set(statement, text);
  return { response: { status: 200, headers: {}, body: { kind: 'json', text: view(text) } } };
};
