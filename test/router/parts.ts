/** A router over an endpoint of one type, its parts replaceable. */
import { anonymous } from '../../src/access/authenticate.js';
import type { Actor } from '../../src/access/actor.js';
import type { Gate } from '../../src/access/gate.js';
import type { GuardedStore } from '../../src/access/guarded-store.js';
import type { Endpoint, ResourceEntry } from '../../src/definitions/endpoint.js';
import type { FhirRequest } from '../../src/fhir/request.js';
import type { DispatchParts } from '../../src/router/parts.js';
import type { AuditEntry } from '../../src/service.js';

export const BASE = 'https://portal.example/fhir/portal';

export function endpointOf(type: string, change: Partial<Endpoint> = {}): Endpoint {
  const entry = {
    type,
    interactions: new Set(['read', 'create', 'update', 'search-type']),
    searchParams: new Map(),
    operations: new Map([['claim', { name: 'claim', definition: 'urn:claim' }]]),
    conditionalUpdate: false,
    conditionalDelete: 'not-supported',
  };
  const endpoint = {
    name: 'portal',
    path: '/fhir/portal',
    url: BASE,
    partition: 'portal',
    holdsAudit: true,
    resources: new Map([[type, entry as unknown as ResourceEntry]]),
    interactions: new Set(['batch', 'capabilities']),
    operations: new Map(),
    compartments: new Set(),
    ...change,
  };
  return endpoint as unknown as Endpoint;
}

export const requestOf = (
  method: FhirRequest['method'],
  path: string,
  more: Partial<FhirRequest> = {},
): FhirRequest => ({
  method,
  base: BASE,
  path: path === '' ? [] : path.split('/'),
  query: [],
  headers: {},
  id: 'r1',
  deadline: Infinity,
  ...more,
});

export const system: Actor = { ...anonymous, kind: 'system', subject: 'client:ehr', clientId: 'ehr' };

export interface Seen {
  audited: AuditEntry[];
  answered: number[];
  reported: unknown[];
  commits: number;
}

/** Parts whose store takes every commit and whose gate lets everybody in as the system. */
export function routerParts(change: Partial<DispatchParts>): { parts: DispatchParts; seen: Seen } {
  const seen: Seen = { audited: [], answered: [], reported: [], commits: 0 };
  const store = { commit: () => Promise.resolve(seen.commits++) } as unknown as GuardedStore;
  const gate: Gate = {
    isOpen: () => false,
    anonymous,
    authenticate: () => Promise.resolve(system),
    authorize: () => undefined,
    guard: () => store,
  };
  const parts = {
    gate,
    quota: () => undefined,
    sending: () => undefined,
    clock: { now: () => 1000 },
    audit: {
      append: (entry: AuditEntry) => Promise.resolve(seen.audited.push(entry)),
      document: (entry: AuditEntry) => {
        seen.audited.push(entry);
        return { op: 'delete', kind: 'audit', id: 'a' };
      },
    },
    interactions: {},
    bare: () => store,
    withoutRemains: <T>(work: () => Promise<T>) => work(),
    patientsOf: () => [],
    served: (endpoint: Endpoint) => endpoint,
    outbox: () => [],
    report: (error: unknown) => void seen.reported.push(error),
    answered: (_run: unknown, status: number) => seen.answered.push(status),
    ...change,
  };
  return { parts: parts as unknown as DispatchParts, seen };
}
