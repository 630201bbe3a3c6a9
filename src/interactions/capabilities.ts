/** GET [base]/metadata. https://hl7.org/fhir/R4/http.html#capabilities */
import { Fault } from '../fhir/fault.js';
import type { Handler } from '../service.js';
import { viewOf } from './view.js';

const texts = new WeakMap<object, string>();

export const capabilities: Handler = context => {
  const mode = context.request.query.find(([name]) => name === 'mode')?.[1] ?? 'full';
  if (mode !== 'full')
    return Promise.reject(new Fault('invalid', 'Only mode=full is served.', { code: 'not-supported' }));
  const query = context.request.query.filter(([name]) => name !== 'mode');
  const view = viewOf({ ...context, request: { ...context.request, query } });
  const { statement } = context.endpoint;
  const text = texts.get(statement) ?? JSON.stringify(statement);
  texts.set(statement, text);
  return Promise.resolve({ response: { status: 200, headers: {}, body: { kind: 'json', text: view(text) } } });
};
