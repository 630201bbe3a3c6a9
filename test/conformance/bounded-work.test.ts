/**
 * Work that multiplies: expressions and terminology from outside end before anybody notices, on each store. Caller and server
 * share the event loop here, so that a turn has twice the time that test/abuse/latency.test.ts gives to the server alone.
 */
import assert from 'node:assert/strict';
import type { JsonObject, Resource } from '../../src/fhir/resource.js';
import { processorTime } from '../fixtures/processor-time.js';
import { eachRest, observation, outcome, patient, unique, type Answer } from './rest.js';

/** Milliseconds of processor time. */
const LONGEST = 200;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const ten = '(0|1|2|3|4|5|6|7|8|9)';
const nested = (levels: number): string => `${ten}.select(`.repeat(levels) + ten + ')'.repeat(levels);

/** Does something: resolves with the milliseconds of processor time that one turn of the event loop took at most. */
async function longestTurn(attack: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let since = process.threadCpuUsage();
  let watching = true;
  const turn = (): void => {
    const { user, system } = process.threadCpuUsage(since);
    longest = Math.max(longest, (user + system) / 1000);
    since = process.threadCpuUsage();
    if (watching) setImmediate(turn);
  };
  turn();
  await attack().finally(() => (watching = false));
  return longest;
}

async function holdsNobody(attack: () => Promise<unknown>): Promise<void> {
  await attack();
  // The better of two: a collection of garbage may fall into one.
  const longest = Math.min(await longestTurn(attack), await longestTurn(attack));
  assert.ok(longest < LONGEST, `a turn of the event loop took ${longest} ms`);
}

const parameter = (expression: string): Resource => ({
  ...{ resourceType: 'SearchParameter', url: `urn:test:${unique()}`, name: 'a', status: 'active', description: 'a' },
  ...{ code: unique(), base: ['Patient'], type: 'string', expression },
});

const patch = (path: string): Resource => ({
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'delete' },
        { name: 'path', valueString: path },
      ],
    },
  ],
});

/** A patient with many names. */
const manyNames = (): Resource => ({
  ...patient(unique()),
  name: Array.from({ length: 2000 }, () => ({ given: ['a'] })),
});

const valueSet = (url: string, include: JsonObject[]): Resource => ({
  ...{ resourceType: 'ValueSet', url, status: 'active' },
  compose: { include },
});

describe('work that multiplies', () => {
  eachRest(
    rest => {
      it('[F13] an expression of a search parameter that multiplies is refused before it is in force', async () => {
        await holdsNobody(async () => {
          const made = await rest().create(parameter(nested(6)));
          await rest().expect(422, 'POST', '$reindex');
          await rest().expect(204, 'DELETE', `SearchParameter/${made.id}`);
        });
      });

      it('[F13] a path of a patch that multiplies is too costly', async () => {
        const { id } = await rest().create(manyNames());
        for (const path of [
          nested(6),
          'name.select(%resource.name)',
          'name.select(children().select(children()))',
          'Patient.name.given.distinct()',
          `Patient.name.where(given.first() = 'b'${" or given = 'b'".repeat(20)})`,
        ]) {
          await holdsNobody(async () => {
            const { status } = await rest().call('PATCH', `Patient/${id}`, patch(path));
            assert.ok(status < 500, String(status));
          });
        }
        const { body } = await rest().expect(400, 'PATCH', `Patient/${id}`, patch(nested(6)));
        assert.equal(outcome(body).issue[0]?.code, 'too-costly');
        await rest().expect(200, 'PATCH', `Patient/${id}`, patch("Patient.identifier.where(system = 'urn:example')"));
      });

      it("[F13] a posted profile's constraint that multiplies is told not to be evaluated", async () => {
        const url = `urn:test:${unique()}`;
        const constraint = [nested(6), `name.where(${nested(3)}.exists())`, 'name.count() < 5000'].map(
          (expression, at) => ({
            ...{ key: `k-${at}`, severity: 'error', human: `rule ${at}`, expression },
          }),
        );
        await rest().create({
          ...{ resourceType: 'StructureDefinition', url, name: 'T', status: 'active', fhirVersion: '4.0.1' },
          ...{ kind: 'resource', abstract: false, type: 'Patient', derivation: 'constraint' },
          baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
          differential: { element: [{ id: 'Patient', path: 'Patient', constraint }] },
        });
        const claiming = { ...manyNames(), meta: { profile: [url] } };
        await holdsNobody(() => rest().expect(200, 'POST', 'Patient/$validate', claiming));
        const { text } = await rest().expect(200, 'POST', 'Patient/$validate', claiming);
        assert.match(text, /k-0: the rule could not be evaluated/);
      });

      it('[F13] value sets that include others several times, and hierarchies with several parents, are gone through once', async () => {
        const [base, system] = [`urn:test:${unique()}`, `urn:test:${unique()}`];
        const levels = 30;
        const concept = Array.from({ length: levels * 3 }, (_, at) => ({
          code: `c${at}`,
          ...(at < 3
            ? {}
            : {
                property: [0, 1, 2].map(other => ({
                  code: 'subsumedBy',
                  valueCode: `c${(Math.floor(at / 3) - 1) * 3 + other}`,
                })),
              }),
        }));
        await rest().create({
          ...{ resourceType: 'CodeSystem', url: system, status: 'active', content: 'complete' },
          property: [{ code: 'subsumedBy', type: 'code' }],
          concept,
        });
        const below = { property: 'concept', op: 'is-a', value: 'c0' };
        await rest().create(valueSet(`${base}-0`, [{ system, filter: [below] }]));
        for (let level = 1; level < levels; level++) {
          const inner = [1, 2, 3].map(() => ({ valueSet: [`${base}-${level - 1}`] }));
          await rest().create(valueSet(`${base}-${level}`, inner));
        }
        const top = encodeURIComponent(`${base}-${levels - 1}`);
        await holdsNobody(async () => {
          const { body } = await rest().expect(200, 'GET', `ValueSet/$expand?url=${top}`);
          assert.equal((body['expansion'] as JsonObject)['total'], levels * 3 - 2, 'c1 and c2 are beside c0');
          await rest().expect(200, 'GET', `Patient?_tag:below=${encodeURIComponent(`${system}|c0`)}`);
          await rest().expect(200, 'GET', `Patient?_tag:above=${encodeURIComponent(`${system}|c89`)}`);
        });
      });

      it('[F13] the statement is written once for each format, however often anybody asks', async () => {
        const nobody = rest().as('');
        for (const query of ['_format=xml', '_format=xml&_pretty=true', '_pretty=true', '_summary=true&_format=xml']) {
          const first = await nobody.expect(200, 'GET', `metadata?${query}`);
          assert.match(first.text, query.includes('xml') ? /^<CapabilityStatement|^<\?xml/ : /^\{\n/);
          assert.equal((await nobody.expect(200, 'GET', `metadata?${query}`)).text, first.text);
          const begun = processorTime();
          const times = 10;
          for (let i = 0; i < times; i++) await nobody.expect(200, 'HEAD', `metadata?${query}`);
          const each = (processorTime() - begun) / times;
          assert.ok(each < LONGEST / 4, `${query}: ${each} ms each`);
        }
        const some = await nobody.expect(200, 'GET', 'metadata?_elements=status&_format=xml');
        assert.match(some.text, /SUBSETTED/);
        await nobody.expect(400, 'GET', 'metadata?_summary=perhaps');
      });

      it('[F13] searches by many values end or are too costly, and hold nobody up', async () => {
        const values = (count: number): string => Array.from({ length: count }, (_, at) => `lt-${at}`).join();
        const tokens = Array.from({ length: 500 }, (_, at) => at.toString(36)).join();
        const many = (name: string, value: string, times: number): string =>
          Array(times).fill(`${name}=${value}`).join('&');
        const valueQuantity = { value: 1, code: 'kg', system: 'http://unitsofmeasure.org' };
        const entry = Array.from({ length: 400 }, () => ({
          resource: observation({ valueQuantity }),
          request: { method: 'POST', url: 'Observation' },
        }));
        await rest().bundle('transaction', entry);
        for (const query of [
          many('value-quantity', values(500), 10),
          many('code-value-quantity', values(500).replaceAll('lt', 'b$lt'), 10),
          many('code', tokens, 30),
        ]) {
          const search = (): Promise<Answer> => rest().call('POST', 'Observation/_search', query, FORM);
          await holdsNobody(async () => {
            const { status, body } = await search();
            assert.deepEqual([status, outcome(body).issue[0]?.code], [400, 'too-costly']);
          });
        }
        await holdsNobody(() =>
          rest().expect(200, 'POST', 'Observation/_search', many('value-quantity', values(100), 8), FORM),
        );
        await rest().expect(200, 'POST', 'Observation/_search', many('code', tokens, 4), FORM);
      });
    },
    { only: 'customer' },
  );
});
