/** Audit entries that look random and are the same each time, and what the search parameters make of their events. */
import { extract } from '../../../src/search/extract.js';
import { parseCriteria } from '../../../src/search/parse.js';
import type { Filter, IndexEntries } from '../../../src/search/query.js';
import type { Resource } from '../../../src/fhir/resource.js';
import type { AuditEntry } from '../../../src/service.js';
import { registry } from '../../search/searching.js';

export const PORTAL = 'https://portal.example/fhir/portal';
const CUSTOMER = 'https://portal.example/fhir/customer/demo';

export const index = (event: Resource, at: number): IndexEntries =>
  extract(event, registry, { localBases: [PORTAL], updated: at });

export const filterOf = (query: string, now: number): Filter =>
  parseCriteria(registry, 'AuditEvent', query, { now, localBases: [PORTAL] }) ?? { kind: 'none' };

/** Numbers from 0 to below `below`. */
export function numbers(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % below;
  };
}

const ACTORS = ['Patient/p1', 'Patient/p2', 'Practitioner/d1', 'Person/x', 'client:ehr', '', 'RelatedPerson/r.1-2'];
const ACTIONS = [
  'read',
  'vread',
  'search-type',
  'create',
  'update',
  'patch',
  'delete',
  '$invite',
  'GET',
  'history-system',
];
const TARGETS = ['', 'Patient', 'Patient/p1', 'Patient/p2', 'Task/t1', 'Communication/c1', 'Observation'];
const PATIENTS = [[], ['p1'], ['p2'], ['p1', 'p2'], ['p3']];

/** @param at milliseconds since the epoch */
export function sampleEntry(number: (below: number) => number, at: number): AuditEntry {
  const pick = <T>(list: readonly T[]): T => list[number(list.length)]!;
  const base = pick([undefined, undefined, CUSTOMER]);
  const reasons = pick([undefined, undefined, ['invitation']]);
  const relation = pick([undefined, undefined, 'RelatedPerson/r2']);
  return {
    at,
    request: `r${number(1e6)}`,
    actor: pick(ACTORS),
    client: pick(['', 'app', 'ehr']),
    action: pick(ACTIONS),
    target: pick(TARGETS),
    patients: pick(PATIENTS),
    status: pick([200, 201, 304, 403, 404, 500]),
    ...(base === undefined ? {} : { base }),
    ...(reasons === undefined ? {} : { reasons }),
    ...(relation === undefined ? {} : { relation }),
  };
}

/** Searches of every kind of parameter that the portal declares for AuditEvent. */
export const SEARCHES = [
  'patient=p1',
  'patient=Patient/p2',
  `patient=${CUSTOMER}/Patient/p1`,
  `patient=${PORTAL}/Patient/p3`,
  'patient=p1,p3',
  'patient:missing=true',
  'agent=Practitioner/d1',
  'agent=Patient/p1&outcome=0',
  'agent:Patient=p2',
  'agent=RelatedPerson/r2',
  'agent:missing=true',
  'agent-name=app',
  'altid=ehr',
  'altid=app,unknown',
  'altid:not=app',
  'altid=|app',
  'action=R',
  'action=http://hl7.org/fhir/audit-event-action|C',
  'action:not=E',
  'subtype=read',
  'subtype=http://hl7.org/fhir/restful-interaction|operation',
  'type=rest',
  'type=nothing',
  'outcome=4,8',
  'outcome=http://hl7.org/fhir/audit-event-outcome|8',
  'entity=Task/t1',
  'entity=Patient/p1&action=R',
  'entity:identifier=r1',
  'entity-type=1',
  'entity-role=http://terminology.hl7.org/CodeSystem/object-role|1',
  'date=2026-01-02',
  'date=ge2026-01-02T03:05:00Z&date=lt2026-01-02T03:40:00Z',
  'date=gt2026-01-02T04:00:00Z,lt2026-01-02T03:20:00Z',
  'date:missing=true',
  '_lastUpdated=ge2026-01-02T03:30:00Z',
  '_lastUpdated=ne2026-01-02',
  '_id=nothing',
  '_id:not=nothing',
  'source:missing=true',
  'policy:missing=true',
  'patient=p1&agent=Practitioner/d1&date=ge2026-01-02T03:10:00Z',
  '_filter=patient eq p1 or agent eq Practitioner/d1',
];
