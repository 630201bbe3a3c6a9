/** Every search combination of US Core 6.1.0 and IPA 1.0.0, on Inferno's reference patient. */
import assert from 'node:assert/strict';
import type { CapabilityStatement } from 'fhir/r4.js';
import type { Resource } from '../../../src/fhir/resource.js';
import { startTestServer } from '../../fixtures/server.js';
import { Customer, eachCustomer } from './customer.js';
import {
  addedParameters,
  data,
  dataThere,
  examples,
  fallback,
  fits,
  groupsOf,
  packages,
  patientBundle,
  valuesOf,
  wantedOf,
  type Group,
} from './matrix.js';

/** One search: what is looked for by which parameter. */
type Wanted = [code: string, value: string][];

const bundle = dataThere ? patientBundle() : undefined;
const given = ((bundle?.['entry'] ?? []) as { resource: Resource }[]).map(({ resource }) => resource);
const present = new Set(given.map(({ resourceType }) => resourceType));
const groups = dataThere ? [...groupsOf('us-core-6.1.0.json'), ...groupsOf('ipa-1.0.0.json')] : [];
const missing = new Set(groups.map(({ resource }) => resource).filter(type => !present.has(type)));
const resources = dataThere ? [...given, ...examples(missing)] : [];

/** The values of the first resource that has one for each parameter; undefined where none has. */
function wantedBy(
  { resource: type, params }: Group,
  codes: readonly string[],
  all: readonly Resource[],
): Wanted | undefined {
  for (const one of all.filter(({ resourceType }) => resourceType === type)) {
    const wanted = codes.map(code => {
      const values = valuesOf(one, params[code]!).map(value => wantedOf(value, params[code]!));
      return [code, values.find(value => value !== undefined) ?? ''] as [string, string];
    });
    if (wanted.every(([, value]) => value !== '')) return wanted;
  }
  return undefined;
}

const expected = ({ resource: type, params }: Group, wanted: Wanted, all: readonly Resource[]): string[] =>
  all
    .filter(({ resourceType }) => resourceType === type)
    .filter(one =>
      wanted.every(([code, value]) => valuesOf(one, params[code]!).some(it => fits(it, params[code]!, value))),
    )
    .map(({ id }) => id!)
    .sort();

const queryOf = (wanted: Wanted): string =>
  wanted.map(([code, value]) => `${code}=${encodeURIComponent(value.replace(/[,|$\\]/g, '\\$&'))}`).join('&');

const ORDERED = ['gt', 'ge', 'lt', 'le'];

/** The combination itself, and with each comparator on each of its dates. */
function variants({ params }: Group, wanted: Wanted): Wanted[] {
  const compared = wanted.flatMap(([code], at) =>
    ORDERED.filter(op => params[code]!.comparators[op] === 'SHALL').map(op =>
      wanted.map(([name, value], i): [string, string] => [name, i === at ? op + value : value]),
    ),
  );
  return [wanted, ...compared];
}

async function agrees(customer: Customer, group: Group, wanted: Wanted, all: readonly Resource[]): Promise<void> {
  const ids = expected(group, wanted, all);
  for (const order of [wanted, wanted.toReversed()]) {
    const found = await customer.search(`${group.resource}?${queryOf(order)}&_count=500`);
    assert.deepEqual(found.ids.sort(), ids, queryOf(order));
    assert.equal(found.total, ids.length);
  }
}

describe(
  dataThere ? 'US Core and IPA configured' : `US Core and IPA configured (left out: there is no ${data})`,
  () => {
    before(function () {
      if (!dataThere) this.skip();
    });

    it('[R5] their profiles are supported, and the guides named', async () => {
      const server = await startTestServer({ env: { PORTICO_PACKAGES: packages.join(',') } });
      try {
        const customer = new Customer(server, { ...server.app.parts, ...server.app }, { ahead: 0 });
        const { implementationGuide, rest } = (await customer.call('GET', 'metadata')).body as CapabilityStatement;
        assert.deepEqual(implementationGuide?.toSorted(), [
          'http://hl7.org/fhir/us/core/ImplementationGuide/hl7.fhir.us.core',
          'http://hl7.org/fhir/uv/ipa/ImplementationGuide/hl7.fhir.uv.ipa',
        ]);
        const of = (type: string) => rest?.[0]?.resource?.find(one => one.type === type)?.supportedProfile ?? [];
        assert.ok(of('Patient').includes('http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient'));
        assert.ok(of('Patient').includes('http://hl7.org/fhir/uv/ipa/StructureDefinition/ipa-patient'));
        assert.ok(of('Observation').length > 10);
      } finally {
        await server.close();
      }
    });

    it('[R93] [R96] the search parameters they add are declared and served, those they repeat are as R4 has them', async () => {
      const server = await startTestServer({ env: { PORTICO_PACKAGES: packages.join(',') } });
      try {
        const customer = new Customer(server, { ...server.app.parts, ...server.app }, { ahead: 0 });
        for (const query of ['Encounter?discharge-disposition=01', 'Condition?asserted-date=2020', 'CareTeam?role=x']) {
          assert.deepEqual(await customer.ids(query), []);
        }
        const { body } = await customer.call('GET', 'metadata');
        const [rest] = (body as CapabilityStatement).rest ?? [];
        const of = (type: string) => rest?.resource?.find(one => one.type === type)?.searchParam ?? [];
        assert.ok(of('Goal').some(({ name }) => name === 'description'));
        const names = of('Patient').map(({ name }) => name);
        assert.equal(new Set(names).size, names.length);
        const birthdate = of('Patient').find(({ name }) => name === 'birthdate');
        assert.equal(birthdate?.definition, 'http://hl7.org/fhir/SearchParameter/individual-birthdate');
      } finally {
        await server.close();
      }
    });
  },
);

const suite = dataThere ? 'US Core and IPA searches' : `US Core and IPA searches (left out: there is no ${data})`;

describe(suite, function () {
  before(function () {
    if (!dataThere) this.skip();
  });

  eachCustomer([], (customer, store) => {
    /** As they were stored: a transaction gives ids and rewrites references. */
    let all: Resource[];

    before(async () => {
      if (!dataThere) return;
      const answer = await customer().call('POST', '', bundle);
      assert.equal(answer.status, 200, JSON.stringify(answer.body).slice(0, 2000));
      await customer().load(...resources.slice(given.length));
      await customer().load(...addedParameters());
      await customer().reindex();
      const types = [...new Set([...groups.map(({ resource }) => resource), 'Provenance', 'Medication'])];
      const pages = await Promise.all(types.map(type => customer().search(`${type}?_count=1000`)));
      all = pages.flatMap(page => (page.bundle.entry ?? []).map(({ resource }) => resource as unknown as Resource));
    });

    it('[R90] [R97] [R111] the data speak to nearly all combinations', () => {
      const silent = groups.flatMap(group => group.searches.filter(({ params }) => !wantedBy(group, params, all)));
      assert.equal(groups.flatMap(({ searches }) => searches).length, 217 + 55);
      assert.ok(silent.length < 30, `${silent.length} without data`);
    });

    for (const group of groups) {
      it(`[R91] [R100] [R101] ${group.group} ${group.resource}`, async () => {
        for (const { params } of group.searches) {
          const nothing = params.map((code): [string, string] => [code, fallback(group.params[code]!)]);
          const wanted = wantedBy(group, params, all) ?? nothing;
          for (const one of store === 'mongo' ? [wanted] : variants(group, wanted))
            await agrees(customer(), group, one, all);
        }
      });
    }

    it('[R73] provenance with what it is about, for every type', async () => {
      const provenances = all.filter(({ resourceType }) => resourceType === 'Provenance');
      const about = provenances.flatMap(({ target }) => (target as { reference: string }[]).map(one => one.reference));
      assert.ok(about.length > 0);
      for (const type of new Set(about.map(reference => reference.split('/')[0]!))) {
        const { included } = await customer().search(`${type}?_revinclude=Provenance:target&_count=1000`);
        const ours = provenances.filter(({ target }) => JSON.stringify(target).includes(`"${type}/`));
        assert.deepEqual(included, ours.map(({ id }) => `Provenance/${id}`).sort(), type);
      }
    });

    it('[R72] medications with what asks for them', async () => {
      const { ids, included } = await customer().search(
        'MedicationRequest?patient=85&intent=order&_include=MedicationRequest:medication&_count=1000',
      );
      const requests = all.filter(({ resourceType, id }) => resourceType === 'MedicationRequest' && ids.includes(id!));
      const references = requests.map(
        one => (one['medicationReference'] as { reference?: string } | undefined)?.reference,
      );
      const wanted = new Set(references.filter(one => one?.startsWith('Medication/')));
      assert.ok(wanted.size > 0);
      assert.deepEqual(included, [...wanted].sort());
    });

    it('[R82] [R63] a patient by id or by Type/id, by GET or by POST', async () => {
      for (const type of ['Condition', 'Observation', 'Encounter', 'Immunization', 'Procedure', 'Coverage']) {
        const { total } = await customer().search(`${type}?patient=85&_summary=count`);
        assert.equal((await customer().search(`${type}?patient=Patient/85&_summary=count`)).total, total);
        assert.equal((await customer().post(`${type}/_search`, 'patient=85&_summary=count')).total, total);
        assert.ok(total! > 0, type);
      }
    });

    it('[R98] several statuses joined by commas', async () => {
      const { total } = await customer().search('Observation?patient=85&status=final,amended&_summary=count');
      const ours = all.filter(
        ({ resourceType, status }) => resourceType === 'Observation' && /^(final|amended)$/.test(String(status)),
      );
      assert.equal(total, ours.filter(({ subject }) => JSON.stringify(subject).includes('"Patient/85"')).length);
    });
  });
});
