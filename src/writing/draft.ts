/** What differs between the callers of the write pipeline, as values. */
import type { Context, Draft } from '../service.js';
import { defined } from '../fhir/defined.js';

type Content = Pick<Draft, 'resource' | 'previous' | 'method'>;

/** A resource that a request sends: the portal's rule, referential integrity and X-Provenance apply. */
export function sentBy(context: Context, content: Content): Draft {
  const { body, headers } = context.request;
  const expectedReferences = body?.kind === 'resource' ? body.expectedReferences : undefined;
  return {
    ...content,
    caller: context,
    references: 'enforced',
    ...defined({ expectedReferences, provenance: headers['x-provenance'] }),
  };
}

/** A resource that the server writes by its own authority: of a workflow, of demo data, of a bulk load in any order. */
export const byServer = (content: Content): Draft => ({ ...content, references: 'trusted' });
