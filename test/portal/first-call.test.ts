/** What a newcomer does first. */
import assert from 'node:assert/strict';
import type { CapabilityStatement } from 'fhir/r4.js';
import { operationDefinitions } from '../fixtures/operations.js';
import { eachPortal } from './journey.js';

describe('first calls', () => {
  eachPortal(journey => {
    it('[PKB-6] the portal says what it does: all operations, at the type they belong to or at none', async () => {
      const statement = (await journey().expect(200, '', 'GET', 'metadata')).body as unknown as CapabilityStatement;
      assert.equal(statement.fhirVersion, '4.0.1');
      const [{ resource: types = [], operation: general = [] } = {}] = statement.rest ?? [];
      const declared = [...general, ...types.flatMap(({ operation = [] }) => operation)];
      const ours = (all: readonly string[]) => new Set(all.filter(url => url.startsWith('https://portico.health/')));
      const customers = journey().server.app.endpoints.find(({ name }) => name === 'customer');
      const theirs = new Set([...(customers?.operations.values() ?? [])].map(({ definition }) => definition));
      assert.deepEqual(
        ours(declared.map(({ definition }) => definition)),
        ours(operationDefinitions).difference(theirs),
      );
    });

    it('[PKB-9] the demo data is there at the first call', async () => {
      const { body } = await journey().expect(200, 'demo-system', 'GET', 'Patient?family=Hintz');
      assert.equal(body['total'], 1);
      const all = await journey().expect(200, 'demo-system', 'GET', 'Patient?_summary=count');
      assert.equal(all.body['total'], 24);
    });
  });
});
