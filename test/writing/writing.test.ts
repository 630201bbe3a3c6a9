/** The write pipeline: its order, what differs between its callers, and that what it refuses leaves nothing. */
import assert from 'node:assert/strict';
import type { Provenance } from 'fhir/r4.js';
import type { Resource } from '../../src/fhir/resource.js';
import { step } from '../../src/portal/step.js';
import type { Draft, WriteRule } from '../../src/service.js';
import { isFault } from '../contract/faults.js';
import { byServer } from '../../src/writing/draft.js';
import { caller, content, NOW, patient, pipeline } from './pipeline.js';

const sent = (resource: Resource, more: Partial<Draft> = {}): Draft => ({
  resource,
  method: 'POST',
  caller,
  references: 'enforced',
  ...more,
});

const organization = { reference: 'Organization/none' };
const binary = (more: object = {}) => ({
  resourceType: 'Binary',
  id: 'b',
  contentType: 'text/plain',
  data: content(50_000),
  ...more,
});
const same: WriteRule = resource => Promise.resolve({ resource });

describe('the write pipeline', () => {
  it('goes from shape over rule, profile and references to content', async () => {
    const { writing, target, events } = pipeline(same);
    const { put, changes } = await writing.write(
      sent({ ...binary(), securityContext: { reference: 'Binary/b' } }),
      target,
    );
    assert.deepEqual(events, ['shape', 'rule', 'rules', 'content']);
    assert.equal(changes.documents?.length, 1, 'the claim of the blob');
    assert.deepEqual([put.version, put.at, put.method], [1, NOW, 'POST']);
    const { meta, data } = JSON.parse(put.json) as Resource;
    assert.deepEqual([meta?.versionId, meta?.lastUpdated, data], ['1', '2026-01-01T00:00:00.000Z', undefined]);
  });

  it('hands no rule a body of the wrong shape', async () => {
    const { writing, target, events } = pipeline(same);
    await assert.rejects(writing.write(sent(patient('a', { name: {} })), target), isFault('invalid'));
    assert.deepEqual(events, ['shape']);
  });

  it('looks at the shape again where a rule has changed the body, and at that alone', async () => {
    const broken: WriteRule = resource => Promise.resolve({ resource: { ...resource, name: {} } });
    const { writing, target, events } = pipeline(broken);
    await assert.rejects(writing.write(sent(patient('a')), target), isFault('invalid'));
    assert.deepEqual(events, ['shape', 'rule', 'whole']);
  });

  it('stores no content of what is refused', async () => {
    const { writing, target, events } = pipeline(same);
    const refused: [object, Parameters<typeof isFault>[0]][] = [
      [{ _data: { extension: [null] } }, 'invalid'],
      [{ contentType: undefined }, 'unprocessable'],
      [{ securityContext: organization }, 'unprocessable'],
    ];
    for (const [more, kind] of refused) {
      const draft = sent(JSON.parse(JSON.stringify(binary(more))) as Resource);
      await assert.rejects(writing.write(draft, target), isFault(kind), JSON.stringify(more));
    }
    await assert.rejects(writing.write(sent(binary(), { provenance: '{' }), target), isFault('invalid'));
    assert.ok(!events.includes('content'), events.join());
  });

  it('enforces references for callers, and trusts the server', async () => {
    const { writing, target, events } = pipeline(same);
    const dangling = patient('a', { managingOrganization: organization });
    await assert.rejects(writing.write(sent(dangling), target), isFault('unprocessable'));
    const expectedReferences = new Set(['Organization/none']);
    await writing.write(sent(dangling, { expectedReferences }), target);
    events.length = 0;
    await writing.write(byServer({ resource: dangling, method: 'PUT' }), target);
    assert.deepEqual(events, ['shape', 'rules']);
  });

  it('gives the rule the live version before, and none that was deleted', async () => {
    const seen: unknown[] = [];
    const { writing, target } = pipeline((resource, previous, context) => {
      seen.push([previous?.id, context]);
      return Promise.resolve({ resource });
    });
    const { put: previous } = await writing.write(sent(patient('a')), target);
    const { put: next } = await writing.write(sent(patient('a'), { previous, method: 'PUT' }), target);
    const gone = writing.remove(next, target);
    const { put: back } = await writing.write(sent(patient('a'), { previous: gone, method: 'PUT' }), target);
    assert.deepEqual(seen, [
      [undefined, caller],
      ['a', caller],
      [undefined, caller],
    ]);
    assert.deepEqual([next.version, gone.version, gone.index.postings, back.version], [2, 3, ['gone|a'], 4]);
  });

  it('writes what a rule adds by the server’s authority, apart from what the caller sends', async () => {
    const task = { resourceType: 'Task', id: 't', status: 'requested', intent: 'order', focus: organization };
    const effect = { kind: 'notice' } as never;
    const { writing, target, events } = pipeline(resource =>
      Promise.resolve({
        resource,
        step: step({ writes: [{ resource: task, method: 'POST' }], effects: [effect] }),
      }),
    );
    const { changes } = await writing.write(sent(patient('a')), target);
    assert.deepEqual(
      changes.puts?.map(({ key }) => key.type),
      ['Patient'],
    );
    assert.deepEqual(
      changes.consequences?.puts?.map(({ key }) => key.type),
      ['Task'],
    );
    assert.deepEqual(changes.effects, [effect]);
    assert.deepEqual(events, ['shape', 'rule', 'rules', 'shape', 'rules']);
  });

  it('a step with a resource that is not valid comes to nothing', async () => {
    const { writing, target } = pipeline();
    const task = { resourceType: 'Task', id: 't' };
    const writes = [
      { resource: patient('a'), method: 'POST' as const },
      { resource: task, method: 'POST' as const },
    ];
    await assert.rejects(writing.changesOf(step({ writes }), target), isFault('unprocessable'));
  });

  it('[R34] a Provenance is about the version that is written, and is held to what any create is', async () => {
    const { writing, target } = pipeline();
    const provenance = {
      resourceType: 'Provenance',
      recorded: '2026-01-01T00:00:00Z',
      agent: [{ who: { display: 'A' } }],
    };
    const { put: previous } = await writing.write(sent(patient('a')), target);
    const write = (header: object) =>
      writing.write(sent(patient('a'), { previous, method: 'PUT', provenance: JSON.stringify(header) }), target);
    const { changes } = await write(provenance);
    const [first, second] = (changes.puts ?? []).map(({ json }) => JSON.parse(json) as Resource);
    assert.equal(first?.resourceType, 'Patient');
    assert.deepEqual((second as unknown as Provenance).target, [{ reference: 'Patient/a/_history/2' }]);
    await assert.rejects(write({ ...provenance, agent: {} }), isFault('invalid'));
    await assert.rejects(write({ ...provenance, agent: [{ who: organization }] }), isFault('unprocessable'));
    await assert.rejects(write({ resourceType: 'Provenance' }), isFault('unprocessable'));
  });

  it("holds every writer to the endpoint's profiles, the server too", async () => {
    const { writing, target } = pipeline();
    const { endpoint } = target;
    const profiles = ['http://hl7.org/fhir/StructureDefinition/bmi'];
    const entry = { ...endpoint.resources.get('Observation')!, profiles };
    const strict = { ...target, endpoint: { ...endpoint, resources: new Map([['Observation', entry]]) } };
    const resource = { resourceType: 'Observation', id: 'o', status: 'final', code: { text: 'x' } };
    assert.ok(await writing.write(byServer({ resource, method: 'POST' }), target));
    await assert.rejects(writing.write(byServer({ resource, method: 'POST' }), strict), isFault('unprocessable'));
  });
});
