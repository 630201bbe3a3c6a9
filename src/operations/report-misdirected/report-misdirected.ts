/**
 * Task/$report-misdirected (open: the token of a notice's link is the credential): the recipient of a notice reports that
 * it was not meant for them. 200, again and again; 410 for anything that is no such token, always the same.
 */
import { reportMisdirected, type MisdirectedTokens } from '../../portal/misdirected.js';
import type { Operation } from '../../service.js';
import { definitionOf } from '../operation-of.js';
import type { ReportMisdirectedInput, ReportMisdirectedOutput } from '../types.js';
import { workflowOperation, type WorkflowParts } from '../workflow-operation.js';

export interface ReportMisdirectedParts extends WorkflowParts {
  readonly misdirected: MisdirectedTokens;
}

export const createReportMisdirected = (
  parts: ReportMisdirectedParts,
): Operation<ReportMisdirectedInput, ReportMisdirectedOutput> =>
  workflowOperation<ReportMisdirectedInput, ReportMisdirectedOutput>(
    {
      definition: definitionOf('Task', 'report-misdirected'),
      reason: 'report of a misdirected notice',
      async run({ input, all }) {
        const step = await reportMisdirected(parts.misdirected.open(input.token), all, parts);
        return { step, output: { status: 'reported' } };
      },
    },
    parts,
  );
