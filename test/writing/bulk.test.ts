/** Many resources at once: the same checks as for one, and nothing written twice. */
import assert from 'node:assert/strict';
import { Fault } from '../../src/fhir/fault.js';
import { bundleResources, createBulk, type Bulk, type BulkParts } from '../../src/writing/bulk.js';
import { content, patient, pipeline, type Pipeline } from './pipeline.js';

function bulkOn({ writing, target, storage }: Pipeline): Bulk {
  const served = () => target.endpoint;
  let written = 0;
  const auditOwn: BulkParts['auditOwn'] = reason => ({
    op: 'put',
    document: { kind: 'audit', id: `${reason} ${++written}`, value: {}, keys: {} },
  });
  const parts = { writing, served, ids: { next: () => 'made' }, auditOwn, store: storage.store };
  return createBulk(parts, target.endpoint, 'test');
}

const outcomes = (prepared: Awaited<ReturnType<Bulk['prepare']>>): string[] =>
  prepared.map(one => (one === 'unchanged' ? one : one instanceof Fault ? one.kind : 'written'));

describe('bulk writing', () => {
  it('takes the resources of a Bundle, whose UUIDs are the same in either case', () => {
    const [upper, lower] = [
      'urn:uuid:5A3F0B1E-7C2D-4E8F-9A6B-0C1D2E3F4A5B',
      'urn:uuid:5a3f0b1e-7c2d-4e8f-9a6b-0c1d2e3f4a5b',
    ];
    const basic = { resourceType: 'Basic', id: 'b', subject: { reference: lower } };
    const entry = [{ fullUrl: upper, resource: { resourceType: 'Patient' } }, { resource: basic }];
    const id = lower.slice('urn:uuid:'.length);
    assert.deepEqual(bundleResources({ resourceType: 'Bundle', entry }), [
      { resourceType: 'Patient', id },
      { ...basic, subject: { reference: `Patient/${id}` } },
    ]);
  });

  it('refuses each resource by itself, and gives ids', async () => {
    const whole = pipeline();
    const bulk = bulkOn(whole);
    const prepared = await bulk.prepare([
      { resourceType: 'Patient' },
      patient('no id!'),
      patient('a', { name: {} }),
      patient('a', { gender: 'unheard-of' }),
      { resourceType: 'Unheard' },
      patient('b', { managingOrganization: { reference: 'Organization/comes-later' } }),
    ]);
    assert.deepEqual(outcomes(prepared), [
      'written',
      'invalid',
      'invalid',
      'unprocessable',
      'not-supported',
      'written',
    ]);
    await bulk.commit(prepared, []);
    const { partition } = whole.target;
    const keys = ['made', 'a', 'b'].map(id => ({ partition, type: 'Patient', id }));
    assert.deepEqual(
      (await whole.storage.store.read(keys)).map(one => one?.version),
      [1, undefined, 1],
    );
  });

  it('leaves alone what is there with the same content, that of a Binary too', async () => {
    const whole = pipeline();
    const bulk = bulkOn(whole);
    const binary = { resourceType: 'Binary', id: 'b', contentType: 'text/plain', data: content(50_000) };
    const load = async (...resources: Parameters<Bulk['prepare']>[0]): Promise<string[]> => {
      const prepared = await bulk.prepare(resources);
      await bulk.commit(prepared, []);
      return outcomes(prepared);
    };
    assert.deepEqual(await load(patient('a'), binary), ['written', 'written']);
    assert.deepEqual(await load(patient('a'), binary), ['unchanged', 'unchanged']);
    const { records } = whole.storage;
    assert.ok(await records.get('audit', 'test 1', 0), 'what was written is audited, with the reason');
    assert.equal(await records.get('audit', 'test 2', 0), undefined);
    const other = { ...binary, data: content(50_000) };
    assert.deepEqual(await load(patient('a', { active: true }), other), ['written', 'written']);
  });
});
