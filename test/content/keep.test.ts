/** What is scanned, and what is not scanned again. */
import assert from 'node:assert/strict';
import { keepContent, type KeepParts } from '../../src/content/keep.js';
import type { Scanned, Verdict } from '../../src/content/virus-scan.js';
import type { Resource } from '../../src/fhir/resource.js';
import { openMemory } from '../../src/store/memory/open.js';
import type { Version } from '../../src/store/port.js';
import { isFault } from '../contract/faults.js';
import { testWorld } from '../fixtures/world.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('content on its way in', () => {
  const world = testWorld();
  const { records, blobs } = openMemory(world.clock);
  let scanned: string[];
  let verdict: Verdict;
  beforeEach(() => {
    scanned = [];
    verdict = { is: 'clean' };
  });
  const scan = async ({ bytes }: Scanned): Promise<Verdict> => {
    scanned.push(Buffer.concat(await Array.fromAsync(await bytes())).toString());
    return verdict;
  };
  const parts: KeepParts = { ...world, records, blobs, scan };
  const keep = (resource: Resource, before?: Resource) =>
    keepContent(parts, resource, before && versionOf(before), 'p');
  const versionOf = (resource: Resource): Version => ({
    key: { partition: 'p', type: resource.resourceType, id: 'a' },
    ...{ version: 1, at: 0, deleted: false, method: 'POST', json: JSON.stringify(resource) },
  });

  it('[MSG-10] [E05] is scanned wherever a resource holds any', async () => {
    const attachment = (text: string) => ({ contentType: 'text/plain', data: base64(text) });
    await keep({
      resourceType: 'DiagnosticReport',
      id: 'a',
      contained: [
        { resourceType: 'Binary', id: 'b', ...attachment('contained') },
        {
          resourceType: 'Observation',
          valueSampledData: { origin: { value: 0 }, period: 10, dimensions: 1, data: '1 2' },
        },
      ],
      extension: [
        { url: 'urn:a', valueBase64Binary: base64('extension') },
        { url: 'urn:b', valueAttachment: attachment('deep') },
      ],
      presentedForm: [attachment('first'), { contentType: 'text/plain', url: 'Binary/b' }, attachment('second')],
    });
    assert.deepEqual(scanned, ['contained', 'extension', 'deep', 'first', 'second']);
  });

  it('[MSG-10] that the version before has already is not scanned again, and does not depend on the scanner', async () => {
    verdict = { is: 'unknown' };
    const patient = (...photos: string[]): Resource => ({
      resourceType: 'Patient',
      id: 'a',
      photo: photos.map(data => ({ data: base64(data) })),
    });
    await keep(patient('old'), patient('other', 'old'));
    const binary: Resource = { resourceType: 'Binary', id: 'a', contentType: 'text/plain', data: base64('small') };
    assert.equal((await keep({ ...binary, language: 'en' }, binary)).isHeld, undefined);
    assert.deepEqual(scanned, []);
    const fault = await keep(patient('old', 'new'), patient('old')).catch((error: unknown) => error);
    assert.ok(isFault('unavailable')(fault));
    assert.deepEqual(scanned, ['new']);
  });

  it('[MSG-10] is held in a blob, however small, and stays held while it is the same', async () => {
    verdict = { is: 'unknown' };
    const binary: Resource = { resourceType: 'Binary', id: 'a', contentType: 'text/plain', data: base64('small') };
    const { resource, isHeld, documents } = await keep(binary);
    assert.equal(isHeld, true);
    assert.equal(resource['data'], undefined);
    assert.deepEqual(
      documents.map(({ op }) => op),
      ['delete', 'put'],
    );
    verdict = { is: 'clean' };
    const again = await keep(binary, resource);
    assert.deepEqual(again.resource['_data'], resource['_data']);
    assert.deepEqual(again.documents, []);
  });

  it('[MSG-10] nobody but the server says that it is no longer held', async () => {
    verdict = { is: 'unknown' };
    const { resource } = await keep({ resourceType: 'Binary', id: 'a', contentType: 'text/plain', data: base64('x') });
    const opened = JSON.parse(JSON.stringify(resource).replace('blob-held', 'blob')) as Resource;
    await assert.rejects(keep(opened, resource), isFault('invalid'));
    await assert.rejects(keep(opened), isFault('invalid'));
  });
});
