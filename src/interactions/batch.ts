/** batch and transaction by Bundle.type. https://hl7.org/fhir/R4/http.html#transaction */
import { bundleText } from '../fhir/bundle.js';
import { Fault } from '../fhir/fault.js';
import { faultResponse } from '../fhir/outcome.js';
import type { Context, Handler, Result } from '../service.js';
import { entriesOf, requestOf, responseEntry } from './entry.js';
import { transaction } from './transaction.js';

export const bundle: Handler = async context => {
  const { resource, endpoint } = context;
  if (resource?.resourceType !== 'Bundle') {
    throw new Fault('invalid', 'A Bundle of type batch or transaction is expected.', { code: 'structure' });
  }
  const { type } = resource;
  if ((type !== 'batch' && type !== 'transaction') || !endpoint.interactions.has(type)) {
    throw new Fault('invalid', 'Bundle.type must be batch or transaction.', {
      code: 'value',
      expression: 'Bundle.type',
    });
  }
  return type === 'batch' ? batch(context) : transaction(context, resource);
};

/** Each entry is a request of its own, with its own status; the order is kept. */
async function batch(context: Context): Promise<Result> {
  const { services, endpoint, actor, resource } = context;
  const entries = [];
  for (const entry of entriesOf(resource ?? { resourceType: 'Bundle' }, context)) {
    const response =
      entry instanceof Fault
        ? faultResponse(entry)
        : entry.path.length === 0 && entry.method === 'POST'
          ? faultResponse(new Fault('invalid', 'A Bundle cannot hold another to process.', { code: 'not-supported' }))
          : await services.dispatch(requestOf(entry, context), endpoint, actor);
    entries.push(responseEntry(response));
  }
  return {
    response: {
      status: 200,
      headers: {},
      body: { kind: 'json', text: bundleText({ type: 'batch-response' }, entries) },
    },
  };
}
