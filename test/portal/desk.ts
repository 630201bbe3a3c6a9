/** Desks of tests: clinical groups with their workflow groups and agents, and what happens at them. */
import assert from 'node:assert/strict';
import type { Bundle, Communication, Extension, Task } from 'fhir/r4.js';
import { asMessage, type Answer, type Caller, type Journey } from './journey.js';

export const OWN = 'https://portico.health/fhir';
const system: Caller = 'demo-system';
const patient: Caller = 'demo-patient';

export const coding = (codeSystem: string, code: string) => ({
  coding: [{ system: `${OWN}/CodeSystem/${codeSystem}`, code }],
});
export const reference = (to: string) => ({ reference: to });

export const flow = (route: string, target: object, more: Extension[] = []): Extension => ({
  url: `${OWN}/StructureDefinition/message-flow`,
  extension: [{ url: 'route', valueCode: route }, { ...(target as Extension) }, ...more],
});
export const toGroup = (group: string, more: Extension[] = []): Extension =>
  flow('workbench', { url: 'workflowGroup', valueReference: reference(group) }, more);

export const organization = (type: string, name: string, more: object = {}) => ({
  resourceType: 'Organization',
  active: true,
  type: [coding('organization-type', type)],
  name,
  ...more,
});

/** What tests do again and again. */
export function actionsOf(journey: () => Journey) {
  const make = async (body: object): Promise<string> => {
    const { resourceType } = body as { resourceType: string };
    const answer = await journey().expect(201, system, 'POST', resourceType, body);
    return `${resourceType}/${String(answer.body.id)}`;
  };
  const role = (who: string, code: string, where: string, more: object = {}): Promise<string> =>
    make({
      resourceType: 'PractitionerRole',
      active: true,
      practitioner: reference(who),
      organization: reference(where),
      code: [coding('role', code)],
      ...more,
    });
  /** A clinical group, its workflow group, and an agent of it. */
  async function desk(name: string, more: Extension[] = []) {
    const workflow = await make(organization('workflow-group', `${name} desk`));
    const clinical = await make(organization('clinical-group', name, { extension: [toGroup(workflow, more)] }));
    const person = await make({ resourceType: 'Practitioner', active: true, name: [{ family: name }] });
    for (const code of ['workbench-user', 'task-processing']) await role(person, code, workflow);
    const agentRole = await role(person, 'agent', workflow);
    return { workflow, clinical, person, agentRole, caller: `demo-agent as ${person}` };
  }
  const write = (who: Caller, more: object): Promise<Answer> =>
    journey().call(who, 'POST', 'Communication', {
      resourceType: 'Communication',
      status: 'completed',
      category: [coding('message-category', 'medical')],
      payload: [{ contentString: 'x' }],
      ...more,
    });
  const ask = async (recipients: string[], more: object = {}): Promise<Communication> => {
    const answer = await write(patient, { recipient: recipients.map(reference), ...more });
    assert.equal(answer.status, 201, answer.text);
    return asMessage(answer);
  };
  const reply = (to: Communication, more: object = {}) =>
    ask([], { recipient: undefined, inResponseTo: [reference(`Communication/${to.id}`)], ...more });
  async function tasks(query: string): Promise<Task[]> {
    const { body } = await journey().expect(200, system, 'GET', `Task?_count=100&${query}`);
    return ((body as unknown as Bundle<Task>).entry ?? []).map(({ resource }) => resource!);
  }
  const itemsOf = ({ id }: Communication) => tasks(`group-identifier=${OWN}/thread|${id}`);
  const move = (who: Caller, { id }: Task, name: string, body?: object) =>
    journey().call(who, 'POST', `Task/${id}/$${name}`, body);
  return { make, role, desk, write, ask, reply, tasks, itemsOf, move };
}
