/**
 * The portal's rule for an Organization: its flows are administered here, and the feed of a directory that knows nothing of them
 * leaves them as they are. What leads where is judged with the whole request (directory-rule.ts).
 */
import type { Organization } from 'fhir/r4.js';
import type { Resource } from '../fhir/resource.js';
import { withFlowsOf } from '../portal/flow.js';
import type { WriteRule } from '../service.js';
import type { PortalRuleParts } from './portal-rule-parts.js';

export const organizationRule =
  ({ definitions: { own }, administersRoles }: PortalRuleParts): WriteRule =>
  (resource, previous, { actor, request }) => {
    const isFeed = actor.kind === 'system' && !administersRoles(actor) && request.method === 'PUT';
    if (!previous || !isFeed) return Promise.resolve({ resource });
    const [before, next] = [previous, resource].map(one => one as unknown as Organization);
    return Promise.resolve({ resource: withFlowsOf(before!, next!, own) as unknown as Resource });
  };
