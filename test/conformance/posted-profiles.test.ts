/**
 * Profiles that were posted to a customer's endpoint: resources are held against them, the statement lists them.
 * https://hl7.org/fhir/R4/profiling.html
 */
import assert from 'node:assert/strict';
import type { CapabilityStatement } from 'fhir/r4.js';
import type { Json, JsonObject, Resource } from '../../src/fhir/resource.js';
import { eachRest, errors, outcome, unique, type Rest } from './rest.js';

const CORE = 'http://hl7.org/fhir/StructureDefinition';

interface Element extends JsonObject {
  path: string;
}

interface Differential {
  url?: string;
  type?: string;
  base?: string;
  elements: Element[];
}

/** A profile of nothing but a differential, in which the id of an element is its path where nothing else is said. */
function profile({ url = `urn:test:${unique()}`, type = 'Patient', base, elements }: Differential) {
  return {
    resourceType: 'StructureDefinition',
    ...{ url, name: 'Test', status: 'active', fhirVersion: '4.0.1', kind: 'resource', abstract: false, type },
    baseDefinition: base ?? `${CORE}/${type}`,
    derivation: 'constraint',
    differential: { element: [{ path: type }, ...elements].map(element => ({ id: element.path, ...element })) },
  };
}

const rule = (key: string, expression: string): JsonObject => ({ key, severity: 'error', human: key, expression });

/** A decimal with the digits that it is written with. */
const asWritten = (digits: string): Json => (JSON as unknown as { rawJSON(text: string): Json }).rawJSON(digits);

const claiming = (url: string, more: JsonObject = {}): Resource => ({
  resourceType: 'Patient',
  meta: { profile: [url] },
  ...more,
});

async function issuesOf(rest: Rest, resource: Resource, query = ''): Promise<string[]> {
  const { body } = await rest.expect(200, 'POST', `${resource.resourceType}/$validate${query}`, resource);
  return outcome(body).issue.map(({ severity, diagnostics }) => `${severity}: ${diagnostics}`);
}

describe('posted profiles', () => {
  eachRest(
    rest => {
      it('[R31] [R151] holds a resource that declares one against it, on writes and by $validate', async () => {
        const { url } = await rest().create(profile({ elements: [{ path: 'Patient.birthDate', min: 1 }] }));
        const refused = await rest().expect(422, 'POST', 'Patient', claiming(url));
        assert.deepEqual(outcome(refused.body).issue[0]?.expression, ['Patient.birthDate']);
        const made = await rest().create(claiming(url, { birthDate: '1970-01-01' }));
        const { birthDate: _gone, ...less } = made as Resource;
        await rest().expect(422, 'PUT', `Patient/${made.id}`, less);
        const named = await rest().expect(200, 'POST', `Patient/$validate?profile=${url}`, { resourceType: 'Patient' });
        assert.equal(errors(outcome(named.body).issue).length, 1);
        await rest().expect(400, 'POST', `Observation/$validate?profile=${url}`, { resourceType: 'Observation' });
      });

      it('[R31] takes the newest version of a profile, and none once it is deleted', async () => {
        const made = await rest().create(profile({ elements: [{ path: 'Patient.birthDate', min: 1 }] }));
        await rest().expect(422, 'POST', 'Patient', claiming(made.url));
        const { differential } = profile({ elements: [{ path: 'Patient.gender', min: 1 }] });
        const eased = { ...made, differential };
        await rest().expect(200, 'PUT', `StructureDefinition/${made.id}`, eased);
        await rest().expect(422, 'POST', 'Patient', claiming(made.url, { birthDate: '1970-01-01' }));
        await rest().create(claiming(made.url, { gender: 'male' }));
        await rest().expect(204, 'DELETE', `StructureDefinition/${made.id}`);
        await rest().create(claiming(made.url));
      });

      it('[R31] tells slices apart by what stands above the discriminator, and by decimals as they are written', async () => {
        const coding = { system: 'urn:oid:1.2.3', code: 'a' };
        const type = 'Observation';
        const { url } = await rest().create(
          profile({
            type,
            elements: [
              {
                path: 'Observation.component',
                slicing: {
                  discriminator: ['code.coding.code', 'value'].map(path => ({ type: 'value', path })),
                  rules: 'open',
                },
              },
              { id: 'Observation.component:a', path: 'Observation.component', sliceName: 'a', min: 1, max: '1' },
              {
                ...{ id: 'Observation.component:a.code', path: 'Observation.component.code' },
                patternCodeableConcept: { coding: [coding] },
              },
              {
                ...{ id: 'Observation.component:a.value[x]', path: 'Observation.component.value[x]' },
                patternQuantity: { value: asWritten('1.50') },
              },
            ],
          }),
        );
        const observed = (code: string, value: string): Resource => ({
          ...{ resourceType: type, status: 'final', code: { text: 'x' }, meta: { profile: [url] } },
          component: [{ code: { coding: [{ ...coding, code }] }, valueQuantity: { value: asWritten(value) } }],
        });
        await rest().expect(201, 'POST', type, observed('a', '1.5'));
        await rest().expect(201, 'POST', type, observed('a', '1.50'));
        await rest().expect(422, 'POST', type, observed('a', '1.6'));
        await rest().expect(422, 'POST', type, observed('b', '1.5'));
      });

      it('[R31] follows a profile to its base, its slices, and the value set it is bound to', async () => {
        const system = `urn:test:${unique()}`;
        const valueSet = `urn:test:${unique()}`;
        await rest().create({
          ...{ resourceType: 'CodeSystem', url: system, status: 'active', content: 'complete' },
          concept: [{ code: 'one' }],
        });
        await rest().create({
          ...{ resourceType: 'ValueSet', url: valueSet, status: 'active' },
          compose: { include: [{ system }] },
        });
        const base = await rest().create(
          profile({
            elements: [
              {
                path: 'Patient.identifier',
                slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'open' },
              },
              { id: 'Patient.identifier:own', path: 'Patient.identifier', sliceName: 'own', min: 1 },
              { id: 'Patient.identifier:own.system', path: 'Patient.identifier.system', min: 1, fixedUri: 'urn:own' },
            ],
          }),
        );
        const binding = { strength: 'required', valueSet };
        const { url } = await rest().create(
          profile({ base: base.url, elements: [{ path: 'Patient.maritalStatus', min: 1, binding }] }),
        );
        const identifier = [{ system: 'urn:own', value: '1' }];
        const status = (code: string): JsonObject => ({ maritalStatus: { coding: [{ system, code }] } });
        await rest().create(claiming(url, { identifier, ...status('one') }));
        const other = await rest().expect(422, 'POST', 'Patient', claiming(url, { identifier, ...status('two') }));
        assert.match(outcome(other.body).issue[0]?.expression?.[0] ?? '', /^Patient\.maritalStatus/);
        await rest().expect(422, 'POST', 'Patient', claiming(url, status('one')));
      });

      it('[F13] evaluates its rules where their cost is bounded, and says which it leaves out', async () => {
        const { url } = await rest().create(
          profile({
            elements: [
              {
                path: 'Patient.name',
                constraint: [rule('t-1', 'family.exists()'), rule('t-2', "family.matches('(a+)+$')")],
              },
            ],
          }),
        );
        const issues = await issuesOf(rest(), claiming(url, { name: [{ given: ['a'.repeat(64)] }] }));
        assert.deepEqual(issues, ['error: t-1: t-1', 'warning: t-2: the rule could not be evaluated.']);
        const fine = claiming(url, { name: [{ family: `${'a'.repeat(64)}!` }] });
        assert.deepEqual(await issuesOf(rest(), fine), ['warning: t-2: the rule could not be evaluated.']);
      });

      it('[R31] knows none that cannot be understood: derived from itself, of what is not there, or all rules', async () => {
        const own = `urn:test:${unique()}`;
        const many = Array.from({ length: 30 }, (_, n) => rule(`t-${n}`, `family = '${'a'.repeat(5000)}'`));
        for (const broken of [
          profile({ url: own, base: own, elements: [] }),
          profile({ base: 'urn:nobody:knows', elements: [] }),
          profile({ elements: [{ path: 'Patient.wings', min: 1 }] }),
          profile({ elements: [{ path: 'Patient.name', constraint: many }] }),
        ]) {
          const { url } = await rest().create(broken);
          assert.deepEqual(await issuesOf(rest(), claiming(url)), [`warning: The profile ${url} is not known here.`]);
          await rest().expect(400, 'POST', `Patient/$validate?profile=${url}`, claiming(url));
        }
      });

      it('[R31] puts no posted definition in the place of a known one', async () => {
        await rest().create(profile({ url: `${CORE}/bmi`, elements: [{ path: 'Patient.birthDate', min: 1 }] }));
        const issues = await issuesOf(rest(), claiming(`${CORE}/bmi`));
        assert.deepEqual(issues, [`error: The profile ${CORE}/bmi is on Observation, not on Patient.`]);
      });

      it('[R8] lists them in the statement, as long as they are there', async () => {
        const listed = async (): Promise<readonly string[]> => {
          const { body } = await rest().as('').expect(200, 'GET', 'metadata');
          const statement = body as unknown as CapabilityStatement;
          return statement.rest?.[0]?.resource?.find(({ type }) => type === 'Patient')?.supportedProfile ?? [];
        };
        const made = await rest().create(profile({ elements: [] }));
        const name = { ...profile({ type: 'HumanName', elements: [] }), kind: 'complex-type' };
        const onType = await rest().create(name);
        assert.ok((await listed()).includes(made.url));
        assert.ok(!(await listed()).includes(onType.url));
        await rest().expect(204, 'DELETE', `StructureDefinition/${made.id}`);
        assert.ok(!(await listed()).includes(made.url));
      });
    },
    { only: 'customer' },
  );
});
