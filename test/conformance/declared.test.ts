/** What an endpoint's statement does not declare is not served, whatever the code could do. */
import assert from 'node:assert/strict';
import type { Bundle, OperationOutcome } from 'fhir/r4.js';
import type { ResourceEntry } from '../../src/definitions/endpoint.js';
import { onePortal, type Answer, type Journey } from '../portal/journey.js';

const system = 'demo-system';
const task = { resourceType: 'Task', status: 'requested', intent: 'order', identifier: [{ value: 'declared-1' }] };

/** Serves a type by another declaration than the statement's, for the time of the test. */
async function declaring(journey: Journey, type: string, other: Partial<ResourceEntry>, test: () => Promise<void>) {
  const portal = journey.server.app.endpoints.find(({ path }) => path === '/fhir/portal');
  const entry = portal?.resources.get(type) ?? assert.fail();
  const before = { ...entry };
  Object.assign(entry, other);
  try {
    await test();
  } finally {
    Object.assign(entry, before);
  }
}

const codeOf = ({ body }: Answer): string | undefined => (body as unknown as OperationOutcome).issue[0]?.code;

describe('flags of the statement', () => {
  onePortal(journey => {
    const create = (status: number, headers: object = {}): Promise<Answer> =>
      journey().expect(status, system, 'POST', 'Task', task, headers);

    it('[R54] conditionalCreate: without it a condition is refused, and nothing is made', async () => {
      const condition = { 'if-none-exist': 'identifier=declared-1' };
      await declaring(journey(), 'Task', { conditionalCreate: false }, async () => {
        assert.equal(codeOf(await create(400, condition)), 'not-supported');
        const found = await journey().expect(200, system, 'GET', 'Task?identifier=declared-1');
        assert.equal((found.body as unknown as Bundle).total, 0);
      });
      await create(201, condition);
      await create(200, condition);
    });

    it('[R22] conditionalRead: without it conditions of a read mean nothing', async () => {
      const { body } = await create(201);
      const read = (status: number): Promise<Answer> =>
        journey().expect(status, system, 'GET', `Task/${body.id}`, undefined, { 'if-none-match': 'W/"1"' });
      await read(304);
      await declaring(journey(), 'Task', { conditionalRead: false }, async () => {
        await read(200);
      });
    });

    it('versioning: no-version names none, versioned-update asks for the version that is changed', async () => {
      const { body, headers } = await create(201);
      assert.equal(headers.get('etag'), 'W/"1"');
      await declaring(journey(), 'Task', { versioning: 'no-version' }, async () => {
        const read = await journey().expect(200, system, 'GET', `Task/${body.id}`);
        assert.equal(read.headers.get('etag'), null);
      });
      await declaring(journey(), 'Task', { versioning: 'versioned-update' }, async () => {
        const put = (status: number, description: string, more: object = {}): Promise<Answer> =>
          journey().expect(status, system, 'PUT', `Task/${body.id}`, { ...body, description }, more);
        await put(412, 'blind');
        await put(200, 'seen', { 'if-match': 'W/"1"' });
      });
    });

    it('[R74] searchInclude and searchRevInclude: what is not among them is refused, and no wildcard follows it', async () => {
      const sent = {
        resourceType: 'Communication',
        status: 'completed',
        payload: [{ contentString: 'Hello' }],
        subject: { reference: 'Patient/demo-patient' },
      };
      const sender = { reference: 'Practitioner/demo-clinician' };
      const { body } = await journey().expect(201, system, 'POST', 'Communication', { ...sent, sender });
      const path = `Communication?_id=${body.id}`;
      const types = async (query: string): Promise<(string | undefined)[]> => {
        const answer = await journey().expect(200, system, 'GET', query);
        return ((answer.body as unknown as Bundle).entry ?? []).map(({ resource }) => resource?.resourceType).sort();
      };
      assert.deepEqual(await types(`${path}&_include=Communication:sender`), ['Communication', 'Practitioner']);
      await declaring(journey(), 'Communication', { includes: new Set(['*', 'Communication:subject']) }, async () => {
        const refused = await journey().expect(400, system, 'GET', `${path}&_include=Communication:sender`);
        assert.equal(codeOf(refused), 'not-supported');
        assert.deepEqual(await types(`${path}&_include=*`), ['Communication', 'Patient']);
        const lenient = await journey().expect(200, system, 'GET', `${path}&_include=Communication:sender`, undefined, {
          prefer: 'handling=lenient',
        });
        const modes = ((lenient.body as unknown as Bundle).entry ?? []).map(({ search }) => search?.mode);
        assert.deepEqual(modes, ['match', 'outcome']);
      });
    });
  });
});
