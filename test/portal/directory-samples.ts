/** Random directories: groups with flows, services, people and their roles, some of whom take messages. */
import fc from 'fast-check';
import type { Bundle, FhirResource } from 'fhir/r4.js';
import { coding, flow, organization, reference, toGroup } from './desk.js';

const urn = (kind: string, at: number): string =>
  `urn:uuid:00000000-0000-4000-8000-${kind}${String(at).padStart(11, '0')}`;

const COUNTS = { workflow: 4, clinical: 6, person: 7, role: 24, service: 5 };
const kinds = { workflow: 'a', clinical: 'b', person: 'c', role: 'd', service: 'e', place: 'f' } as const;
const url = (kind: keyof typeof kinds, at: number): string => urn(kinds[kind], at);

const active = fc.constantFrom({}, { active: true }, { active: true }, { active: false });
const period = fc.constantFrom(
  {},
  {},
  {},
  { period: { end: '2020-01-01' } },
  { period: { start: '2090-01-01' } },
  { period: { start: '2020-01-01', end: '2090' } },
);
const oneOf = (kind: keyof typeof COUNTS): fc.Arbitrary<string> => fc.nat(COUNTS[kind] - 1).map(at => url(kind, at));

const category = fc.constantFrom('general', 'medical', 'billing', undefined);
const flows = fc
  .uniqueArray(fc.record({ category, to: fc.option(oneOf('workflow'), { nil: undefined }) }), {
    selector: one => one.category,
    maxLength: 3,
  })
  .map(all =>
    all.map(one => {
      const more = one.category === undefined ? [] : [{ url: 'category', valueCode: one.category }];
      if (one.to !== undefined) return toGroup(one.to, more);
      return flow('external', { url: 'endpoint', valueReference: reference(url('place', 0)) }, more);
    }),
  );

const clinical = fc.record({ flows, isOpen: fc.nat(5).map(at => at > 0) }).map(one => {
  const extension = one.flows.length === 0 ? {} : { extension: one.flows };
  return organization('clinical-group', 'Group', { active: one.isOpen, ...extension });
});

const named = fc.oneof(
  { weight: 8, arbitrary: oneOf('person').map(one => ({ practitioner: reference(one) })) },
  { weight: 1, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constant({ practitioner: { display: 'Nobody on record' } }) },
);

/** A role in a clinical group. */
const role = fc.record({ named, active, period, at: oneOf('clinical') }).map(one => ({
  resourceType: 'PractitionerRole',
  ...one.named,
  ...one.active,
  ...one.period,
  organization: reference(one.at),
}));

/** A role by which somebody works at the Workbench, each of which may be lacking or over. */
const staff = fc
  .record({
    person: oneOf('person'),
    at: oneOf('workflow'),
    codes: fc.subarray(['workbench-user', 'task-processing', 'agent', 'manager'], { minLength: 2 }),
    isActive: fc.nat(4).map(at => at > 0),
    period,
  })
  .map(one => ({
    resourceType: 'PractitionerRole',
    active: one.isActive,
    ...one.period,
    practitioner: reference(one.person),
    organization: reference(one.at),
    code: one.codes.map(code => coding('role', code)),
  }));

/** Somebody who works at the first two desks whatever else is random. */
const chief = { resourceType: 'Practitioner', active: true, name: [{ family: 'Chief' }] };
const ofChief = [0, 1].map(at => ({
  resourceType: 'PractitionerRole',
  active: true,
  practitioner: reference(url('person', 0)),
  organization: reference(url('workflow', at)),
  code: ['workbench-user', 'task-processing', 'agent'].map(code => coding('role', code)),
}));

const person = active.map(one => ({ resourceType: 'Practitioner', ...one, name: [{ family: 'Person' }] }));

const service = fc.record({ active, at: fc.option(oneOf('clinical'), { nil: undefined }) }).map(one => ({
  resourceType: 'HealthcareService',
  ...one.active,
  ...(one.at === undefined ? {} : { providedBy: reference(one.at) }),
}));

const many = (count: number, one: fc.Arbitrary<object>): fc.Arbitrary<object[]> =>
  fc.array(one, { minLength: count, maxLength: count });

const place = {
  resourceType: 'Endpoint',
  status: 'active',
  connectionType: { system: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type', code: 'hl7-fhir-rest' },
  payloadType: [{ text: 'messages' }],
  address: 'https://ehr.example/fhir',
};

/** A transaction that makes a directory. */
export const directory: fc.Arbitrary<Bundle> = fc
  .record({
    workflow: fc.constant(Array.from({ length: COUNTS.workflow }, () => organization('workflow-group', 'Desk'))),
    clinical: many(COUNTS.clinical, clinical),
    person: many(COUNTS.person - 1, person).map(others => [chief, ...others]),
    role: fc.tuple(many(16, role), many(6, staff)).map(both => [...ofChief, ...both.flat()]),
    service: many(COUNTS.service, service),
    place: fc.constant([place]),
  })
  .map(all => ({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: Object.entries(all).flatMap(([kind, resources]) =>
      resources.map((resource, at) => ({
        fullUrl: url(kind as keyof typeof kinds, at),
        resource: resource as FhirResource,
        request: { method: 'POST' as const, url: (resource as FhirResource).resourceType },
      })),
    ),
  }));
