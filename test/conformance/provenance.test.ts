/** The X-Provenance header. https://hl7.org/fhir/R4/provenance.html#header */
import assert from 'node:assert/strict';
import type { Provenance } from 'fhir/r4.js';
import { asBundle, eachRest, patient, unique } from './rest.js';

const provenance = {
  resourceType: 'Provenance',
  recorded: '2020-02-03T04:05:06Z',
  agent: [{ who: { display: 'A registrar' } }],
};
const header = (value: unknown): Record<string, string> => ({ 'x-provenance': JSON.stringify(value) });

describe('X-Provenance', () => {
  eachRest(
    rest => {
      it('[R34] is stored with what is written, and names that version', async () => {
        const { body } = await rest().expect(201, 'POST', 'Patient', patient(unique()), header(provenance));
        await rest().expect(200, 'PUT', `Patient/${body.id}`, { ...body, active: true }, header(provenance));
        const found = await rest().expect(200, 'GET', `Provenance?target=Patient/${body.id}`);
        const targets = (asBundle(found.body).entry ?? []).map(({ resource }) => (resource as Provenance).target);
        const at = (version: number): object[] => [{ reference: `Patient/${body.id}/_history/${version}` }];
        // Both may be of the same millisecond.
        assert.deepEqual(
          new Set(targets.map(target => JSON.stringify(target))),
          new Set([1, 2].map(version => JSON.stringify(at(version)))),
        );
      });

      it('[R34] is stored with whatever a transaction or batch writes', async () => {
        for (const type of ['transaction', 'batch'] as const) {
          const names = [unique(), unique()];
          const posts = names.map(name => ({ resource: patient(name), request: { method: 'POST', url: 'Patient' } }));
          const entry = [...posts, { request: { method: 'GET', url: 'Patient?_count=1' } }];
          const bundle = { resourceType: 'Bundle', type, entry };
          const { body } = await rest().expect(200, 'POST', '', bundle, header(provenance));
          for (const { resource } of (asBundle(body).entry ?? []).slice(0, 2))
            assert.equal(await rest().count('Provenance', `target=Patient/${resource?.id}`), 1);
        }
        const family = unique();
        const entry = [{ resource: patient(family), request: { method: 'POST', url: 'Patient' } }];
        const malformed = { 'x-provenance': '{' };
        await rest().expect(400, 'POST', '', { resourceType: 'Bundle', type: 'transaction', entry }, malformed);
        assert.equal(await rest().count('Patient', `family=${family}`), 0);
      });

      it('[R34] malformed, of another type, or with a target of its own it is 400; invalid 422; nothing is stored', async () => {
        const family = unique();
        const create = (status: number, headers: Record<string, string>): Promise<unknown> =>
          rest().expect(status, 'POST', 'Patient', patient(family), headers);
        await create(400, { 'x-provenance': '{' });
        await create(400, header(patient(family)));
        await create(400, header(null));
        await create(400, header({ ...provenance, target: [{ reference: 'Patient/1' }] }));
        await create(422, header({ resourceType: 'Provenance' }));
        assert.equal(await rest().count('Patient', `family=${family}`), 0);
      });
    },
    { only: 'customer' },
  );

  eachRest(
    rest => {
      it('[R34] is refused where Provenance is not kept', async () => {
        await rest().expect(400, 'POST', 'Patient', patient(unique()), header(provenance));
      });
    },
    { only: 'portal' },
  );
});
