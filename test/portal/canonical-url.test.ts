/** The main job on a server that knows the portal's own definitions under a base of its own, beside one with the usual base. */
import assert from 'node:assert/strict';
import type { Bundle, Communication, Person, Task } from 'fhir/r4.js';
import { eachRest, outcome, patient, unique, type Rest } from '../conformance/rest.js';
import { startTestServer } from '../fixtures/server.js';

const base = 'https://health.example/canonical';
const USUAL = 'https://portico.health/fhir/';

const codings = (task: Pick<Task, 'code'>): unknown[] => (task.code?.coding ?? []).map(({ system }) => system);
const group = { reference: 'Organization/demo-clinical-group' };

const message = (system: string, more: object = {}): object => ({
  resourceType: 'Communication',
  status: 'completed',
  category: [{ coding: [{ system, code: 'medical' }] }],
  payload: [{ contentString: 'May I swim?' }],
  recipient: [group],
  ...more,
});

const categories = `${base}/CodeSystem/message-category`;

/** The message's work item, as an agent of its group sees it. */
async function workItemOf(rest: Rest, id: string | undefined): Promise<Task> {
  const { body } = await rest.as('demo-agent').expect(200, 'GET', `Task?focus=Communication/${id}`);
  return (body as unknown as Bundle<Task>).entry?.[0]?.resource ?? assert.fail('no work item');
}

describe('the base of the canonical URLs', () => {
  eachRest(
    rest => {
      it('[PKB-4] is that of the statement and of all definitions that it leads to', async () => {
        for (const path of [
          'metadata',
          'OperationDefinition/Task-claim',
          'StructureDefinition/work-item',
          'ValueSet/role',
          'CodeSystem/role',
        ]) {
          const { text } = await rest().expect(200, 'GET', path);
          assert.ok(text.includes(`"${base}/`), path);
          assert.ok(!text.includes(USUAL), path);
        }
        const search = (at: string): Promise<number> => rest().count('StructureDefinition', `url=${at}`);
        assert.equal(await search(`${base}/StructureDefinition/work-item`), 1);
        assert.equal(await search(`${USUAL}StructureDefinition/work-item`), 0);
      });

      it('[PC-2] is that of invitations and accounts', async () => {
        const { id } = await rest().create(
          patient(unique(), {
            birthDate: '1990-01-02',
            telecom: [{ system: 'email', value: `${unique()}@example.org` }],
          }),
        );
        const invited = await rest().expect(201, 'POST', `Patient/${id}/$invite`);
        assert.ok(!invited.text.includes(USUAL));
        assert.ok(invited.text.includes(`"${base}/CodeSystem/task-code"`));
        const { body } = await rest().expect(201, 'POST', `Patient/${id}/$enroll`);
        assert.deepEqual((body as unknown as Person).meta?.profile, [`${base}/StructureDefinition/patient-account`]);
        const status = await rest().expect(200, 'GET', `Patient/${id}/$enrollment-status`);
        assert.match(status.text, /"enrolled"/);
      });

      it('[MSG-1] [MSG-6] is that of messages, flows, roles, work items and read marks', async () => {
        const asked = await rest().as('demo-patient').expect(201, 'POST', 'Communication', message(categories));
        const question = asked.body as unknown as Communication;
        const task = await workItemOf(rest(), question.id);
        assert.deepEqual(codings(task), [`${base}/CodeSystem/task-code`]);
        assert.deepEqual(
          task.extension?.map(({ url }) => url),
          [`${base}/StructureDefinition/workflow-group-of`],
        );
        await rest().as('demo-patient').expect(404, 'GET', `Task/${task.id}`);
        await rest().as('demo-clinician').expect(403, 'POST', `Task/${task.id}/$claim`);
        const claimed = await rest().as('demo-agent').expect(200, 'POST', `Task/${task.id}/$claim`);
        assert.equal((claimed.body as unknown as Task).status, 'in-progress');
        const path = `Communication/${question.id}/$mark-read`;
        const read = await rest().as('demo-agent').expect(200, 'POST', path);
        assert.ok(read.text.includes(`"${base}/StructureDefinition/read"`));
        assert.equal((await rest().as('demo-agent').expect(200, 'POST', path)).text, read.text, 'once');
        await rest().as('demo-agent').expect(200, 'POST', `Task/${task.id}/$complete`);
      });

      it('[MSG-1] is that of profiles: of the codes they bind to, and of their rules', async () => {
        const meta = { profile: [`${base}/StructureDefinition/secure-message`] };
        const client = rest().as('demo-patient');
        await client.expect(201, 'POST', 'Communication', message(categories, { meta }));
        const usual = message(`${USUAL}CodeSystem/message-category`, { meta });
        const foreign = await client.expect(422, 'POST', 'Communication', usual);
        assert.match(JSON.stringify(outcome(foreign.body)), /Communication\.category/);
        const odd = {
          ...{ resourceType: 'Task', status: 'requested', intent: 'order', focus: { reference: 'Communication/1' } },
          meta: { profile: [`${base}/StructureDefinition/work-item`] },
          code: { coding: [{ system: `${base}/CodeSystem/task-code`, code: 'workbench' }] },
          for: { reference: 'Patient/demo-patient' },
          extension: [{ url: `${base}/StructureDefinition/workflow-group-of`, valueReference: group }],
          owner: { reference: 'Practitioner/demo-agent' },
        };
        const judged = await rest().expect(200, 'POST', 'Task/$validate', odd);
        assert.match(judged.text, /wki-1/);
        const right = await rest().expect(200, 'POST', 'Task/$validate', { ...odd, owner: group });
        assert.doesNotMatch(right.text, /wki-1/);
      });

      it('[PKB-4] is each server’s own in one process', async () => {
        const other = await startTestServer();
        try {
          for (const [server, own] of [
            [rest().server, base],
            [other, USUAL.slice(0, -1)],
          ] as const) {
            const headers = { authorization: `Bearer ${server.token('demo-system')}` };
            const answer = await fetch(`${server.portal}/OperationDefinition/Patient-invite`, { headers });
            const { url } = (await answer.json()) as { url: string };
            assert.equal(url, `${own}/OperationDefinition/Patient-invite`);
          }
        } finally {
          await other.close();
        }
      });
    },
    { only: 'portal', env: { PORTICO_CANONICAL_URL: base } },
  );
});
