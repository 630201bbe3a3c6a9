/** Versions as they are stored: meta, instants, method, index. https://hl7.org/fhir/R4/resource.html#Meta */
import assert from 'node:assert/strict';
import type { Resource } from '../../src/fhir/resource.js';
import { byServer } from '../../src/writing/draft.js';
import { NOW, patient, pipeline } from './pipeline.js';

describe('the stamp of a version', () => {
  it('[R21] sets version and instant, and leaves the rest of meta', async () => {
    const { writing, target } = pipeline();
    const meta = { versionId: '99', lastUpdated: '1999-01-01T00:00:00Z', tag: [{ system: 'urn:a', code: 'b' }] };
    const { put } = await writing.write(byServer({ resource: patient('a', { meta }), method: 'PUT' }), target);
    const stored = JSON.parse(put.json) as Resource;
    assert.deepEqual(stored.meta, { ...meta, versionId: '1', lastUpdated: '2026-01-01T00:00:00.000Z' });
    assert.deepEqual(Object.keys(stored).slice(0, 3), ['resourceType', 'id', 'meta']);
    assert.deepEqual(put.key, { partition: target.partition, type: 'Patient', id: 'a' });
  });

  it('[R21] never goes back in time, whatever the clock says', async () => {
    const { writing, target } = pipeline();
    const { put } = await writing.write(byServer({ resource: patient('a'), method: 'POST' }), target);
    const previous = { ...put, at: NOW + 5000 };
    const next = await writing.write(byServer({ resource: patient('a'), previous, method: 'PUT' }), target);
    const { put: later } = next;
    assert.deepEqual([later.version, later.at, later.index.main], [2, NOW + 5000, NOW + 5000]);
    const deletion = writing.remove(previous, target);
    assert.deepEqual([deletion.version, deletion.at, deletion.deleted, deletion.json], [2, NOW + 5000, true, '']);
    assert.deepEqual(deletion.index.postings, ['gone|a'], 'whose it was stays known');
    const twice = writing.remove({ ...previous, ...deletion, method: 'DELETE' }, target);
    assert.deepEqual([twice.version, twice.index.postings], [3, []]);
  });

  it('indexes the words of a resource only where the endpoint declares _content', async () => {
    const { writing, target } = pipeline();
    const resource = patient('a', { gender: 'female', name: [{ family: 'Quillfeather' }] });
    const carries = (code: string, postings: readonly string[]): boolean =>
      postings.some(key => key.startsWith(`Patient|${code}|`));
    const { endpoint } = target;
    const entry = endpoint.resources.get('Patient')!;
    const indexed = async (searchParams: ReadonlyMap<string, string>): Promise<boolean[]> => {
      const resources = new Map([...endpoint.resources, ['Patient', { ...entry, searchParams }]]);
      const draft = byServer({ resource, method: 'PUT' });
      const { put } = await writing.write(draft, { ...target, endpoint: { ...endpoint, resources } });
      return ['_content', 'gender'].map(code => carries(code, put.index.postings));
    };
    const declared = new Map([
      ...entry.searchParams,
      ['_content', 'http://hl7.org/fhir/SearchParameter/Resource-content'],
    ]);
    assert.deepEqual(await indexed(declared), [true, true]);
    const { _content: _, ...others } = Object.fromEntries(declared);
    assert.deepEqual(await indexed(new Map(Object.entries(others))), [false, true]);
  });
});
