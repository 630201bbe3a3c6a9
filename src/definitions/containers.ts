/** Types of an endpoint that may contain other resources: not those of the server's own trail of audit. */
import type { Endpoint } from './endpoint.js';

export const containersOf = ({ resources, holdsAudit }: Pick<Endpoint, 'resources' | 'holdsAudit'>): string[] =>
  [...resources.keys()].filter(type => type !== 'AuditEvent' || !holdsAudit);
