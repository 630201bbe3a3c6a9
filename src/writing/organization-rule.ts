/** The portal's rule for an Organization: its flows lead somewhere, and no workflow group closes on work that is open. */
import type { Organization } from 'fhir/r4.js';
import type { Clock } from '../fhir/clock.js';
import { closes, closing } from '../portal/closing.js';
import { refuseUselessFlows } from '../portal/flow.js';
import type { WriteRule } from '../service.js';
import { readerOf, type ReaderParts } from './workflow-reader.js';

export const organizationRule =
  (parts: ReaderParts & { readonly clock: Clock }): WriteRule =>
  async (resource, previous, context) => {
    const organization = resource as unknown as Organization;
    const before = previous as unknown as Organization | undefined;
    const isClosed = before !== undefined && closes(before, organization, parts.definitions.own);
    if (!isClosed && organization.extension === undefined) return { resource };
    const all = readerOf(context, context.asSystem('flows of messages: their targets'), parts);
    const { body } = context.request;
    const expected = body?.kind === 'resource' ? body.expectedReferences : undefined;
    const warnings = await refuseUselessFlows(organization, all, { expected, now: parts.clock.now() });
    context.warnings.push(...warnings);
    return isClosed ? { resource, step: await closing(before, all) } : { resource };
  };
