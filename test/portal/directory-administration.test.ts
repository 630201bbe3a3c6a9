/** Flows, workflow groups, agents and Workbench users are administered over REST, and checked against each other. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bundle, OperationOutcome } from 'fhir/r4.js';
import { isSlow } from '../fixtures/storages.js';
import { actionsOf, coding, flow, organization, reference, toGroup } from './desk.js';
import { asTask, eachPortal, issue, type Answer, type Caller } from './journey.js';

const system: Caller = 'demo-system';
const patient: Caller = 'demo-patient';
const administrator: Caller = 'demo-agent as Practitioner/demo-administrator';
const told = { prefer: 'return=OperationOutcome' };

const endpoint = {
  resourceType: 'Endpoint',
  status: 'active',
  connectionType: { system: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type', code: 'hl7-fhir-rest' },
  payloadType: [{ text: 'messages' }],
  address: 'https://ehr.example/fhir',
};

interface Change {
  resource?: object;
  method: 'POST' | 'PUT' | 'DELETE';
  url: string;
  fullUrl?: string;
}

const transaction = (...changes: Change[]) => ({
  resourceType: 'Bundle',
  type: 'transaction',
  entry: changes.map(({ resource, method, url, fullUrl }) => ({
    ...(fullUrl === undefined ? {} : { fullUrl }),
    ...(resource === undefined ? {} : { resource }),
    request: { method, url },
  })),
});

/** Warnings of the entries of a transaction, or of the one write that was answered by an OperationOutcome. */
function warningsOf({ body }: Answer): string[] {
  const outcomes =
    body.resourceType === 'OperationOutcome'
      ? [body as unknown as OperationOutcome]
      : ((body as unknown as Bundle).entry ?? []).map(
          ({ response }) => response?.outcome as OperationOutcome | undefined,
        );
  return outcomes
    .flatMap(outcome => outcome?.issue ?? [])
    .filter(({ severity }) => severity === 'warning')
    .map(({ diagnostics = '' }) => diagnostics);
}

eachPortal(journey => {
  const { make, role, desk, ask, itemsOf, move, write } = actionsOf(journey);
  const put = (to: string, body: object, headers: object = told) =>
    journey().call(administrator, 'PUT', to, body, headers);
  const stored = async (name: string) => (await journey().expect(200, system, 'GET', name)).body;
  const send = (...changes: Change[]) => journey().call(administrator, 'POST', '', transaction(...changes));
  const claimed = async ({ clinical, caller }: { clinical: string; caller: Caller }) => {
    const [item] = await itemsOf(await ask([clinical]));
    assert.equal((await move(caller, item!, 'claim')).status, 200);
    return item!;
  };
  const stateOf = async ({ id }: { id?: string | undefined }) => {
    const { status, owner } = asTask(await journey().expect(200, system, 'GET', `Task/${id}`));
    return [status, owner?.reference];
  };

  it('[MSG-15] a workflow group goes by no way while flows lead there or work is open, and the answer names them', async () => {
    const { workflow, clinical } = await desk('Guarded');
    const group = await stored(workflow);
    const ways: [string, () => Promise<Answer>][] = [
      ['PUT', () => put(workflow, { ...group, active: false })],
      ['DELETE', () => journey().call(administrator, 'DELETE', workflow)],
      ['transaction', () => send({ method: 'DELETE', url: workflow })],
      ['as a system', () => journey().call(system, 'DELETE', workflow)],
    ];
    for (const [name, way] of ways) {
      const answer = await way();
      assert.equal(answer.status, 409, name);
      assert.ok(answer.text.includes(clinical), name);
    }
    const [item] = await itemsOf(await ask([clinical]));
    const answer = await put(workflow, { ...group, active: false });
    assert.deepEqual([answer.status, answer.text.includes(`Task/${item!.id}`)], [409, true]);
  });

  it('[MSG-15] the flow of a group that is closed keeps no workflow group open', async () => {
    const { workflow, clinical } = await desk('Merged');
    assert.equal((await put(clinical, { ...(await stored(clinical)), active: false })).status, 200);
    assert.equal((await put(workflow, { ...(await stored(workflow)), active: false })).status, 200);
    const opened = await put(clinical, { ...(await stored(clinical)), active: true });
    assert.equal(opened.status, 422, 'it leads into nothing when it opens again');
  });

  it('[MSG-15] a transaction is judged by what it leaves behind, in whatever order its entries stand', async () => {
    const { workflow, clinical } = await desk('Moving');
    const [group, own] = [await stored(workflow), await stored(clinical)];
    const closing: Change = { method: 'PUT', url: workflow, resource: { ...group, active: false } };
    const elsewhere = { ...own, extension: [toGroup('Organization/demo-workflow-group')] };
    const leading: Change = { method: 'PUT', url: clinical, resource: elsewhere };
    assert.equal((await send(closing)).status, 409);
    assert.equal((await send(closing, leading)).status, 200);
    const opening: Change = { method: 'PUT', url: workflow, resource: { ...group, active: true } };
    const back: Change = { method: 'PUT', url: clinical, resource: own };
    assert.equal((await send(back)).status, 422, 'it leads to a group that is closed');
    assert.equal((await send(back, opening)).status, 200);
    assert.equal((await send(leading, closing)).status, 200);
    const lost = toGroup('urn:uuid:0d3a4c9e-6d0b-4b61-9a3c-0c8f4a8b6a11');
    const useless = await send(
      { method: 'POST', url: 'Organization', resource: organization('clinical-group', 'Lost', { extension: [lost] }) },
      {
        method: 'POST',
        url: 'Organization',
        fullUrl: 'urn:uuid:0d3a4c9e-6d0b-4b61-9a3c-0c8f4a8b6a11',
        resource: organization('workflow-group', 'Closed from the start', { active: false }),
      },
    );
    assert.equal(useless.status, 422, useless.text);
    assert.match(issue(useless).expression ?? '', /^Bundle\.entry\[0\]\.resource\.extension\[0\]/);
  });

  it('[MSG-15] an Endpoint stays while a flow leads there', async () => {
    const place = await make(endpoint);
    const to = flow('external', { url: 'endpoint', valueReference: reference(place) });
    const clinical = await make(organization('clinical-group', 'Outside', { extension: [to] }));
    const off = { ...(await stored(place)), status: 'off' };
    for (const answer of [await put(place, off), await journey().call(administrator, 'DELETE', place)]) {
      assert.deepEqual([answer.status, answer.text.includes(clinical)], [409, true]);
    }
    const { extension: _flows, ...bare } = await stored(clinical);
    assert.equal((await put(clinical, bare)).status, 200);
    assert.equal((await put(place, off)).status, 200);
  });

  it('[MSG-15] agents and managers are those of a workflow group that is active', async () => {
    const { workflow, clinical, person } = await desk('Placed');
    const closed = await make(organization('workflow-group', 'Closed', { active: false }));
    const agent = (where: string) => ({
      resourceType: 'PractitionerRole',
      active: true,
      practitioner: reference(person),
      organization: reference(where),
      code: [coding('role', 'manager')],
    });
    for (const where of [clinical, closed, 'Organization/demo-organization']) {
      const answer = await journey().call(administrator, 'POST', 'PractitionerRole', agent(where));
      assert.deepEqual([answer.status, issue(answer).expression], [422, 'PractitionerRole.organization'], where);
    }
    assert.equal((await journey().call(administrator, 'POST', 'PractitionerRole', agent(workflow))).status, 201);
  });

  const endings: [string, (here: Awaited<ReturnType<typeof desk>>) => Promise<Answer>][] = [
    ['the role ends', async ({ agentRole }) => put(agentRole, { ...(await stored(agentRole)), active: false })],
    ['the role is deleted', ({ agentRole }) => journey().call(administrator, 'DELETE', agentRole, undefined, told)],
    [
      'the account of the Workbench is disabled',
      async ({ person }) => {
        const { body } = await journey().expect(200, system, 'GET', `PractitionerRole?practitioner=${person}`);
        const [user] = ((body as unknown as Bundle).entry ?? []).filter(({ resource }) =>
          JSON.stringify(resource).includes('"workbench-user"'),
        );
        const { resource } = user!;
        return put(`PractitionerRole/${resource?.id ?? ''}`, { ...resource, active: false });
      },
    ],
    ['the person is set inactive', async ({ person }) => put(person, { ...(await stored(person)), active: false })],
    ['the person is deleted', ({ person }) => journey().call(administrator, 'DELETE', person, undefined, told)],
  ];
  for (const [name, end] of endings) {
    it(`[MSG-15] [PC-10] when ${name}, work goes back into its queue, and the last agent is warned about`, async () => {
      const here = await desk('Ending');
      const item = await claimed(here);
      const answer = await end(here);
      assert.equal(answer.status, 200, answer.text);
      const warnings = warningsOf(answer).join('\n');
      assert.match(warnings, new RegExp(`back into the queue of ${here.workflow}: 1`));
      assert.match(
        warnings,
        new RegExp(`Nobody processes the work of ${here.workflow}.* ${here.clinical} are refused`),
      );
      assert.deepEqual(await stateOf(item), ['ready', here.workflow]);
      assert.equal((await write(patient, { recipient: [reference(here.clinical)] })).status, 422);
    });
  }

  it('[MSG-15] work stays with an agent whose role is replaced by another in one transaction', async () => {
    const here = await desk('Promotion');
    const item = await claimed(here);
    const before = await stored(here.agentRole);
    const { id: _id, meta: _meta, ...next } = { ...before, code: [coding('role', 'manager')] };
    const answer = await send(
      { method: 'PUT', url: here.agentRole, resource: { ...before, active: false } },
      { method: 'POST', url: 'PractitionerRole', resource: next },
    );
    assert.deepEqual([answer.status, warningsOf(answer)], [200, []], answer.text);
    assert.deepEqual(await stateOf(item), ['in-progress', here.person]);
  });

  it('[MSG-15] [PC-10] roles in the portal end with the person, and do not come back with the record', async () => {
    const here = await desk('Return');
    const before = await stored(here.person);
    const left = await put(here.person, { ...before, active: false });
    assert.match(warningsOf(left).join('\n'), /Roles in the portal end with the person's leave: 3/);
    assert.equal((await put(here.person, { ...before, active: true })).status, 200);
    assert.equal((await stored(here.agentRole))['active'], false);
    assert.equal((await write(patient, { recipient: [reference(here.clinical)] })).status, 422);
    await role(here.person, 'agent', here.workflow);
  });

  it('[MSG-15] nobody but administrators and systems changes any of it', async () => {
    const { workflow, clinical, agentRole, caller } = await desk('Closed shop');
    for (const who of [caller, patient, 'demo-clinician', 'demo-agent as Practitioner/demo-configuration-manager']) {
      for (const name of [workflow, clinical, agentRole]) {
        const changed = { ...(await stored(name)), active: false };
        for (const answer of [
          await journey().call(who, 'PUT', name, changed),
          await journey().call(who, 'DELETE', name),
        ]) {
          assert.equal(answer.status, 403, `${who} ${name}`);
        }
      }
    }
  });

  it('[MSG-15] $remove-agent warns where nobody is left', async () => {
    const here = await desk('Last');
    const answer = await journey().call(administrator, 'POST', `${here.agentRole}/$remove-agent`);
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.headers.get('warning') ?? '', new RegExp(`Nobody processes the work of ${here.workflow}`));
  });

  const several = (run: () => Promise<void>): Promise<unknown> =>
    Promise.all(Array.from({ length: isSlow(journey().storage) ? 2 : 8 }, run));

  it('[MSG-15] [MSG-5] no message gets into a group that closes at the same time', async () => {
    await several(async () => {
      const { workflow, clinical } = await desk('Twilight');
      const [group, own] = [await stored(workflow), await stored(clinical)];
      const { extension: _flows, ...bare } = own;
      const [closed, ...sent] = await Promise.all([
        send(
          { method: 'PUT', url: workflow, resource: { ...group, active: false } },
          { method: 'PUT', url: clinical, resource: bare },
        ),
        ...[0, 10, 20, 30, 40].map(async ms => {
          await pause(ms);
          return write(patient, { recipient: [reference(clinical)] });
        }),
      ]);
      const { body } = await journey().expect(200, system, 'GET', `Task?workflow-group=${workflow}&_summary=count`);
      assert.equal(body['total'], sent.filter(({ status }) => status === 201).length);
      assert.equal(closed.status, body['total'] === 0 ? 200 : 409, closed.text);
    });
  });

  it('[MSG-15] [MSG-5] of a flow and the closing of its group at once, one is refused', async () => {
    await several(async () => {
      const workflow = await make(organization('workflow-group', 'Contended'));
      const group = await stored(workflow);
      const [made, closed] = await Promise.all([
        journey().call(administrator, 'POST', 'Organization', {
          ...organization('clinical-group', 'Contender', { extension: [toGroup(workflow)] }),
        }),
        put(workflow, { ...group, active: false }),
      ]);
      assert.ok(
        (made.status === 201 && closed.status === 409) || (made.status === 422 && closed.status === 200),
        `${made.status} ${closed.status}`,
      );
    });
  });
});
