/** `$reindex-status`: the progress of the last re-indexing of a customer's endpoint. */
import { defined } from '../../fhir/defined.js';
import { Fault } from '../../fhir/fault.js';
import { instant } from '../../fhir/instant.js';
import { FILE_BASE } from '../../fhir/own-canonicals.js';
import type { Context, Operation, HandlerParts } from '../../service.js';
import type { ReindexStatusInput, ReindexStatusOutput } from '../types.js';
import { REINDEX, stateOf, type ReindexState } from '../../conformance/reindex-state.js';

export type ReindexStatusParts = Pick<HandlerParts, 'records' | 'clock'>;

export const createReindexStatus = ({
  records,
  clock,
}: ReindexStatusParts): Operation<ReindexStatusInput, ReindexStatusOutput> => ({
  definition: `${FILE_BASE}/OperationDefinition/reindex-status`,
  async handler({ job }, { partition }) {
    const document = await records.get(REINDEX, partition, clock.now());
    const state = document && stateOf(document);
    if (!state || (job !== undefined && job !== state.job)) throw new Fault('not-found', 'There is no such job.');
    const output = statusOf(state);
    if (state.ended !== undefined) return { output };
    return { status: 202, headers: { 'x-progress': `${state.done} resources`, 'retry-after': '1' }, output };
  },
});

/** Address of a job's status. */
export const statusUrl = ({ endpoint }: Context, job: string): string => `${endpoint.url}/$reindex-status?job=${job}`;

/** A state in the form that both operations answer. */
export const statusOf = ({ job, requested, ended, inForce, done, failed }: ReindexState): ReindexStatusOutput => ({
  job,
  status: failed !== undefined ? 'failed' : ended === undefined ? 'in-progress' : 'completed',
  requested: instant(requested),
  ...defined({ ended: ended === undefined ? undefined : instant(ended), message: failed }),
  indexed: done,
  parameter: inForce.map(({ url }) => String(url)),
});
