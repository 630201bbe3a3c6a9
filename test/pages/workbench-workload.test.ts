/** Managers see what their agents have, and take it back, in a browser without script. */
import assert from 'node:assert/strict';
import { actionsOf } from '../portal/desk.js';
import { Journey } from '../portal/journey.js';
import { eachMembership } from '../identity/members.js';
import { enrolStaff, staffVisitor } from '../identity/staff-visitor.js';

const GROUP = 'Organization/demo-workflow-group';
const PAGE = `/workbench/workload?group=${GROUP}`;

eachMembership('the Workbench: agents and their work', portal => {
  const journey = (): Journey => new Journey(portal().server, portal().storage, { ahead: 0 });
  const { ask, itemsOf, move } = actionsOf(journey);
  before(() => enrolStaff(portal()));

  it('[MSG-6] what an agent has whose time in the group is over is shown, and goes back into the queue', async () => {
    const [item] = await itemsOf(await ask(['Organization/demo-clinical-group']));
    assert.equal((await move('demo-agent', item!, 'claim')).status, 200);
    const path = 'PractitionerRole/demo-agent-agent';
    const role = await portal().fhir('demo-system', 'GET', path);
    const period = { end: new Date(portal().server.app.parts.clock.now() + 60_000).toISOString() };
    await journey().expect(200, 'demo-system', 'PUT', path, { ...role, period });
    portal().world.advance(60_000);
    const manager = await staffVisitor(portal(), 'manager');
    const queue = await manager.get(`/workbench?group=${GROUP}`);
    assert.ok(queue.text.includes('/workbench/workload?group='), 'the queue leads there');
    const page = await manager.get(PAGE);
    assert.match(page.text, /Lindqvist/);
    assert.match(page.text, /Cannot process/);
    const taken = await manager.send(page, {}, '/workbench/workload/take-back');
    assert.equal(taken.status, 200);
    assert.match(taken.text, /What this person had is back in the queue/);
    const [task] = await itemsOf({
      resourceType: 'Communication',
      id: item?.groupIdentifier?.value ?? '',
      status: 'completed',
    });
    assert.deepEqual([task?.status, task?.owner?.reference], ['ready', GROUP]);
  });

  it('[MSG-6] [B41] who does not manage the group is told so, and sees nobody', async () => {
    const auditor = await staffVisitor(portal(), 'auditor');
    const page = await auditor.get(PAGE);
    assert.equal(page.status, 403);
    assert.doesNotMatch(page.text, /Lindqvist/);
  });
});
