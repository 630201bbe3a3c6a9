/** A small portal in memory: two patients, a proxy, staff, and their messages, indexed by hand. */
import { instant } from '../../src/fhir/instant.js';
import type { Clock } from '../../src/fhir/clock.js';
import type { Resource } from '../../src/fhir/resource.js';
import type { Actor } from '../../src/access/actor.js';
import { withBinaryOwners } from '../../src/access/binary-owners.js';
import { internalPostings, tombstones } from '../fixtures/own.js';
import { parseScopes } from '../../src/access/scope.js';
import { openMemory } from '../../src/store/memory/open.js';
import type { IndexEntries } from '../../src/search/query.js';
import type { Put, Storage, Store } from '../../src/store/port.js';

export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
export const PARTITION = 'portal';
export const ROLE_SYSTEM = 'https://portico.health/fhir/CodeSystem/role';
export const DEADLINE = NOW + 60_000;

export const keyOf = (name: string) => {
  const [type = '', id = ''] = name.split('/');
  return { partition: PARTITION, type, id };
};

/** A version to write, indexed under its type, its own postings and the ones given. */
export function put(resource: Resource & { id: string }, version = 1, postings: readonly string[] = []): Put {
  const type = resource.resourceType;
  return {
    key: { partition: PARTITION, type, id: resource.id },
    version,
    at: NOW,
    deleted: false,
    method: version === 1 ? 'POST' : 'PUT',
    json: JSON.stringify({
      ...resource,
      meta: { ...resource.meta, versionId: String(version), lastUpdated: instant(NOW) },
    }),
    index: { postings: [type, ...internalPostings(resource), ...postings], ranges: [], strings: [], main: NOW },
  };
}

export function deletion(resource: Resource & { id: string }, version: number): Put {
  const index = { postings: tombstones(resource), ranges: [], strings: [], main: NOW };
  return { ...put(resource, version), deleted: true, method: 'DELETE', json: '', index };
}

export const reference = (name: string) => ({ reference: name });

export const message = (id: string, patient: string, extra: Partial<Resource> = {}) => ({
  resourceType: 'Communication',
  id,
  status: 'completed',
  subject: reference(`Patient/${patient}`),
  sender: reference(`Patient/${patient}`),
  ...extra,
});

/** The posting that search makes of a reference parameter. */
export const refers = (type: string, parameter: string, to: string): string => `${type}|${parameter}|${to}`;

export const related = (id: string, patient: string, extra: Partial<Resource> = {}) => ({
  resourceType: 'RelatedPerson',
  id,
  active: true,
  patient: reference(`Patient/${patient}`),
  ...extra,
});

export const person = (id: string, ...targets: string[]) => ({
  resourceType: 'Person',
  id,
  active: true,
  link: targets.map(target => ({ target: reference(target) })),
});

export const practitionerRole = (id: string, practitioner: string, code: string, extra: Partial<Resource> = {}) => ({
  resourceType: 'PractitionerRole',
  id,
  active: true,
  practitioner: reference(`Practitioner/${practitioner}`),
  code: [{ coding: [{ system: ROLE_SYSTEM, code }] }],
  ...extra,
});

export const patient = (id: string, extra: Partial<Resource> = {}) => ({ resourceType: 'Patient', id, ...extra });

export interface Portal extends Storage {
  clock: Clock & { time: number };
}

/** Storage that holds these resources, each at version 1. */
export async function portal(...puts: readonly Put[]): Promise<Portal> {
  const clock = { time: NOW, now: () => clock.time };
  const opened = openMemory(clock);
  const internal = (resource: Resource) => internalPostings(resource);
  const indexed = async (resource: Resource, updated: number) => index(resource, updated);
  const store = withBinaryOwners(opened.store, { clock, internal, index: indexed });
  const storage = { ...opened, store };
  if (puts.length > 0) await storage.store.commit({ puts });
  return { ...storage, clock };
}

export function actor(kind: Actor['kind'], scope: string, extra: Partial<Actor> = {}): Actor {
  return {
    kind,
    subject: 'Person/1',
    clientId: 'test',
    registrations: new Set(['app', 'system']),
    patients: [],
    identities: [],
    roles: new Set(),
    organizations: [],
    scopes: parseScopes(scope),
    ...extra,
  };
}

export const patientActor = (id: string, scope: string): Actor =>
  actor('patient', scope, { patients: [id], self: id, identities: [`Patient/${id}`] });

/** `Type/id` of all a search of the type finds. */
export async function found(store: Store, type: string, where = { kind: 'all' } as const): Promise<string[]> {
  const page = await store.search({
    partition: PARTITION,
    of: [{ type, where }],
    sort: [],
    limit: 100,
    deadline: DEADLINE,
  });
  return page.rows.map(({ key }) => `${key.type}/${key.id}`).sort();
}

/** Index entries as `put` makes them. */
export const index = (resource: Resource, updated: number): IndexEntries => ({
  postings: [resource.resourceType, ...internalPostings(resource)],
  ranges: [],
  strings: [],
  main: updated,
});
