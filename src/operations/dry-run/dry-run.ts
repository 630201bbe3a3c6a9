/** $dry-run: a transaction up to its commit. */
import type { Bundle } from 'fhir/r4.js';
import { Fault } from '../../fhir/fault.js';
import { FILE_BASE } from '../../fhir/own-canonicals.js';
import type { FhirRequest } from '../../fhir/request.js';
import type { FhirResponse } from '../../fhir/response.js';
import { typed, type Resource } from '../../fhir/resource.js';
import type { Operation } from '../../service.js';

import type { DryRunInput, DryRunOutput } from '../types.js';

export const createDryRun = (): Operation<DryRunInput, DryRunOutput> => ({
  definition: `${FILE_BASE}/OperationDefinition/dry-run`,
  async handler({ transaction }, { request, reentry }) {
    if (transaction.resourceType !== 'Bundle' || transaction['type'] !== 'transaction') {
      throw new Fault('unprocessable', 'A Bundle of type transaction is tried as a whole, and nothing else.', {
        expression: 'Bundle.type',
      });
    }
    const answer = await reentry.rehearse(wholeOf(request, transaction));
    return { status: answer.status, output: { return: bundleOf(answer) } };
  },
});

const wholeOf = (request: FhirRequest, resource: Resource): FhirRequest => ({
  ...request,
  path: [],
  query: [],
  body: { kind: 'resource', resource },
});

function bundleOf({ body }: FhirResponse): Bundle {
  if (body?.kind !== 'json') throw new Error('a transaction is answered by a Bundle');
  return typed<Bundle>(JSON.parse(body.text) as Resource);
}
