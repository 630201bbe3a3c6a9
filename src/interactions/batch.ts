/** batch and transaction by Bundle.type. https://hl7.org/fhir/R4/http.html#transaction */
import { bundleText, type BundleEntry } from '../fhir/bundle.js';
import { Fault } from '../fhir/fault.js';
import { faultResponse } from '../fhir/outcome.js';
import type { Clock } from '../fhir/clock.js';
import type { Resource } from '../fhir/resource.js';
import type { FhirResponse } from '../fhir/response.js';
import type { Context, Handler, Result, HandlerParts } from '../service.js';
import { createBreather, IN_ONE_TURN } from '../runtime/breather.js';
import { MOST } from '../content/bounded-page.js';
import { entriesOf, isRead, requestOf, responseEntry, type Entry } from './entry.js';
import { transaction, type TransactionParts } from './transaction.js';

type BundleParts = TransactionParts & Pick<HandlerParts, 'clock' | 'validator'>;

export const createBundle =
  (parts: BundleParts): Handler =>
  async context => {
    const { resource, endpoint } = context;
    if (resource?.resourceType !== 'Bundle') {
      throw new Fault('invalid', 'A Bundle of type batch or transaction is expected.', { code: 'structure' });
    }
    const { type } = resource;
    const expression = 'Bundle.type';
    if (type !== 'batch' && type !== 'transaction') {
      throw new Fault('invalid', 'Bundle.type must be batch or transaction.', { code: 'value', expression });
    }
    if (!endpoint.interactions.has(type)) {
      throw new Fault('not-supported', `This endpoint takes no ${type}.`, { expression });
    }
    const { entry: _entry, ...head } = resource;
    parts.validator.assertShape(head);
    return type === 'batch' ? batch(context, resource, parts) : transaction(context, resource, parts);
  };

async function answerOf(entry: Entry, context: Context, clock: Clock): Promise<FhirResponse> {
  const { reentry, request } = context;
  if (entry.path.length === 0 && entry.method === 'POST') {
    return faultResponse(new Fault('invalid', 'A Bundle cannot hold another to process.', { code: 'not-supported' }));
  }
  if (clock.now() > request.deadline) {
    return faultResponse(new Fault('timeout', 'The time of the batch was over before this entry.'));
  }
  return reentry.answer(requestOf(entry, context));
}

const enough = (): FhirResponse =>
  faultResponse(new Fault('too-costly', 'The entries before have made the answer too large for more; ask again.'));

/** Each entry is a request of its own, with its own status; the order is kept. */
async function batch(context: Context, bundle: Resource, parts: BundleParts): Promise<Result> {
  const entries: BundleEntry[] = [];
  const breathe = createBreather(IN_ONE_TURN);
  let size = 0;
  for (const entry of entriesOf(bundle, context, parts)) {
    if (entry instanceof Fault) {
      entries.push(responseEntry(faultResponse(entry)));
      continue;
    }
    await breathe();
    const answer = size > MOST && isRead(entry) ? enough() : await answerOf(entry, context, parts.clock);
    const answered = responseEntry(answer, entry);
    size += answered.json?.length ?? 0;
    entries.push(answered);
  }
  return {
    response: {
      status: 200,
      headers: {},
      body: { kind: 'json', text: bundleText({ type: 'batch-response' }, entries) },
    },
  };
}
