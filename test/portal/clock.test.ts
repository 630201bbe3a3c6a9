/** The machine's clock is set back by hours while work is under way: what was written later than now is changed all the same. */
import assert from 'node:assert/strict';
import type { Bundle, Task } from 'fhir/r4.js';
import { asMessage, asTask, eachPortal, output, parameters, stranger } from './journey.js';

const HOUR = 3_600_000;
const agent = 'demo-agent';

const category = [{ coding: [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'medical' }] }];
const message = (text: string, more: object): object => ({
  resourceType: 'Communication',
  status: 'completed',
  category,
  payload: [{ contentString: text }],
  ...more,
});

const inOrder = ({ authoredOn = '', lastModified = '' }: Task): boolean =>
  Date.parse(lastModified) >= Date.parse(authoredOn);

describe('portal: clock', () => {
  eachPortal(journey => {
    afterEach(() => journey().pass(3 * HOUR));

    it('[R31 fault] a work item is claimed, answered and completed after the clock was set back three hours', async () => {
      const asked = message('Refill, please', { recipient: [{ reference: 'Organization/demo-clinical-group' }] });
      const question = asMessage(await journey().expect(201, 'demo-patient', 'POST', 'Communication', asked));
      const found = await journey().expect(200, agent, 'GET', `Task?focus=Communication/${question.id}`);
      const task = (found.body as unknown as Bundle<Task>).entry?.[0]?.resource;
      const path = `Task/${task?.id}`;
      journey().pass(-3 * HOUR);
      const claimed = asTask(await journey().expect(200, agent, 'POST', `${path}/$claim`));
      assert.equal(claimed.lastModified, task?.lastModified);
      const answer = message('Done.', {
        ...{ subject: question.subject, recipient: [question.sender] },
        ...{ partOf: [{ reference: `Communication/${question.id}` }], basedOn: [{ reference: path }] },
      });
      await journey().expect(201, agent, 'POST', 'Communication', answer);
      const done = asTask(await journey().expect(200, agent, 'POST', `${path}/$complete`));
      assert.equal(done.status, 'completed');
      assert.ok(inOrder(done));
    });

    it('[R31 fault] an invitation is cancelled after the clock was set back three hours', async () => {
      const invited = await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters(stranger()));
      const { id } = output(invited, 'return') as Task;
      journey().pass(-3 * HOUR);
      const task = asTask(await journey().expect(200, 'demo-system', 'GET', `Task/${id}`));
      const cancelled = { ...task, status: 'cancelled' };
      const after = asTask(await journey().expect(200, 'demo-system', 'PUT', `Task/${id}`, cancelled));
      assert.equal(after.status, 'cancelled');
      assert.ok(inOrder(after));
    });
  });
});
