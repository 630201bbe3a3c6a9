/**
 * Whatever canonical URL an endpoint's statement names can be looked up on that endpoint, by its URL and by its id.
 * https://hl7.org/fhir/R4/references.html#canonical
 */
import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/fhir/resource.js';
import { asBundle, eachRest, type Rest } from './rest.js';

/** `Type url` of the definitions that a statement names: of profiles, search parameters, operations and compartments. */
function named(rest: JsonObject): string[] {
  const entries = [rest, ...((rest['resource'] ?? []) as JsonObject[])];
  const definitions = (list: unknown, type: string): string[] =>
    ((list ?? []) as JsonObject[]).map(({ definition }) => `${type} ${String(definition)}`);
  return entries.flatMap(({ profile, supportedProfile, searchParam, operation, compartment }) => [
    ...[...(profile === undefined ? [] : [profile]), ...((supportedProfile ?? []) as string[])].map(
      url => `StructureDefinition ${String(url)}`,
    ),
    ...definitions(searchParam, 'SearchParameter'),
    ...definitions(operation, 'OperationDefinition'),
    ...((compartment ?? []) as string[]).map(url => `CompartmentDefinition ${url}`),
  ]);
}

async function assertResolves(rest: Rest, type: string, url: string): Promise<void> {
  const { body } = await rest.expect(200, 'GET', `${type}?url=${encodeURIComponent(url)}`);
  const [entry, ...more] = asBundle(body).entry ?? [];
  assert.equal(more.length, 0, url);
  const found = entry?.resource as { resourceType: string; url?: string; id?: string } | undefined;
  assert.deepEqual([found?.resourceType, found?.url], [type, url]);
  const read = await rest.expect(200, 'GET', `${type}/${found?.id}`);
  assert.equal(read.body['url'], url);
}

describe('canonical URLs', () => {
  eachRest(rest => {
    it('[PKB-4] of all that the statement names are resolved where it stands', async () => {
      const { body } = await rest().expect(200, 'GET', 'metadata');
      const [server] = body['rest'] as [JsonObject];
      const all = [...new Set(named(server))].sort();
      assert.ok(all.length > 100);
      const some = rest().slow ? all.filter((name, at) => at % 50 === 0 || name.includes('portico')) : all;
      for (const name of some) {
        const [type = '', url = ''] = name.split(' ');
        await assertResolves(rest(), type, url);
      }
    });
  });

  eachRest(
    rest => {
      it('[PKB-4] of the portal lead patients and staff to its definitions, and on to what these name', async () => {
        for (const client of ['demo-patient', 'demo-agent', 'demo-system']) {
          const asked = rest().as(client);
          const { body } = await asked.expect(200, 'GET', 'OperationDefinition/Task-claim');
          assert.equal(body['url'], 'https://portico.health/fhir/OperationDefinition/Task-claim');
          for (const path of [
            'StructureDefinition/work-item',
            'StructureDefinition/workflow-group-of',
            'ValueSet/role',
            'CodeSystem/task-code',
          ]) {
            const [type = '', id = ''] = path.split('/');
            assert.equal((await asked.expect(200, 'GET', path)).body.id, id);
            await assertResolves(asked, type, `https://portico.health/fhir/${path}`);
          }
        }
        await rest().as('').expect(401, 'GET', 'OperationDefinition/Task-claim');
        await rest().expect(404, 'GET', 'OperationDefinition/claim');
        await rest().expect(405, 'POST', 'ValueSet', { resourceType: 'ValueSet', status: 'draft' });
      });
    },
    { only: 'portal' },
  );
});
