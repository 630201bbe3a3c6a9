/** Profiles whose slices name each other, on values as deep as they go. */
import assert from 'node:assert/strict';
import { marks, profileOn, type Change } from './profile-fixture.js';
import { processorTime } from '../fixtures/processor-time.js';

describe('[F07] posted profiles that name each other', () => {
  it('are held against a deep value once at each place', () => {
    const canonical = 'http://example.org/StructureDefinition/nested';
    const slices = Array.from({ length: 12 }, (_, index): Change[] => [
      { id: `Bundle.entry:s${index}`, sliceName: `s${index}` },
      { id: `Bundle.entry:s${index}.resource`, type: [{ code: 'Bundle', profile: [canonical] }] },
    ]);
    const nested = profileOn(
      'Bundle',
      [
        {
          id: 'Bundle.entry',
          slicing: {
            discriminator: [
              { type: 'profile', path: 'resource' },
              { type: 'value', path: 'resource.entry.resource.entry.resource.identifier.value' },
            ],
            rules: 'open',
          },
        },
        ...slices.flat(),
      ],
      canonical,
    );
    let bundle: object = { resourceType: 'Bundle', type: 'collection' };
    for (let depth = 0; depth < 20; depth += 1) {
      bundle = {
        resourceType: 'Bundle',
        type: 'collection',
        entry: [{ fullUrl: 'urn:oid:2.16.840.1.1', resource: bundle }],
      };
    }
    const start = processorTime();
    const changes: Change[] = [{ id: 'Bundle.entry.resource', type: [{ code: 'Bundle', profile: [canonical] }] }];
    assert.deepEqual(marks(changes, bundle, [nested]), []);
    assert.ok(processorTime() - start < 2_000, String(processorTime() - start));
  });
});
