/** Everybody who could try to move something: one caller of each kind, with roles made for the purpose. */
import { portalCode, reference } from './portal-content.js';
import type { Caller, Journey } from '../portal/journey.js';

export type Kind =
  | 'stranger'
  | 'patient'
  | 'proxy'
  | 'another patient'
  | 'staff without role'
  | 'clinician'
  | 'agent'
  | 'second agent'
  | 'manager'
  | 'departed agent'
  | 'agent without task processing'
  | 'agent of another group'
  | 'manager of another group'
  | 'administrator'
  | 'system'
  | 'system that may not write';

export interface Member {
  readonly caller: Caller;
  /** `Practitioner/1`, of staff. */
  readonly person?: string;
}

export interface Cast {
  readonly clinical: string;
  readonly workflow: string;
  /** Another workflow group, with an agent and a manager of its own. */
  readonly other: string;
  readonly members: Readonly<Record<Kind, Member>>;
}

type Role = readonly [code: string, organization: string, more?: object];

const TASKS = ['workbench-user', 'task-processing'];
/** The demo's members: a patient, and the mother of another patient. */
const PATIENTS = { patient: 'Person/demo-patient', other: 'Person/demo-proxy' };

/** A desk of its own: a clinical group, its workflow group, another group, and all of the callers. */
export async function castOf(journey: Journey): Promise<Cast> {
  const make = async (body: { resourceType: string }): Promise<string> => {
    const { body: made } = await journey.expect(201, 'demo-system', 'POST', body.resourceType, body);
    return `${body.resourceType}/${String(made.id)}`;
  };
  const group = (type: string, extension?: object[]): Promise<string> => {
    const content = { active: true, type: [portalCode('organization-type', type)], name: type };
    return make({ resourceType: 'Organization', ...content, ...(extension ? { extension } : {}) });
  };
  const staff = async (roles: readonly Role[]): Promise<Member> => {
    const person = await make({ resourceType: 'Practitioner', ...{ active: true, name: [{ family: 'Cast' }] } });
    for (const [code, organization, more] of roles) {
      const of = { practitioner: reference(person), organization: reference(organization) };
      const role = { active: true, ...of, code: [portalCode('role', code)], ...more };
      await make({ resourceType: 'PractitionerRole', ...role });
    }
    return { person, caller: `demo-agent as ${person}` };
  };
  const workflow = await group('workflow-group');
  const other = await group('workflow-group');
  const flow = [
    { url: 'route', valueCode: 'workbench' },
    { url: 'workflowGroup', valueReference: reference(workflow) },
  ];
  const clinical = await group('clinical-group', [
    { url: 'https://portico.health/fhir/StructureDefinition/message-flow', extension: flow },
  ]);
  const desk = (code: string, more: object = {}): Promise<Member> =>
    staff([...TASKS.map((task): Role => [task, workflow]), [code, workflow, more]]);
  const members: Record<Kind, Member> = {
    stranger: { caller: '' },
    patient: { caller: `demo-patient as ${PATIENTS.patient}` },
    'another patient': { caller: `demo-patient as ${PATIENTS.other}` },
    proxy: { caller: await proxyOf('Patient/demo-patient', make) },
    'staff without role': await staff([]),
    clinician: await staff([['clinician', clinical]]),
    agent: await desk('agent'),
    'second agent': await desk('agent'),
    manager: await desk('manager'),
    'departed agent': await desk('agent', { period: { end: '2020-01-01' } }),
    'agent without task processing': await staff([
      ['workbench-user', workflow],
      ['agent', workflow],
    ]),
    'agent of another group': await staff([
      ['workbench-user', other],
      ['task-processing', other],
      ['agent', other],
    ]),
    'manager of another group': await staff([
      ['workbench-user', other],
      ['task-processing', other],
      ['manager', other],
    ]),
    administrator: await staff([['healthcare-administrator', 'Organization/demo-organization']]),
    system: { caller: 'demo-system' },
    'system that may not write': { caller: 'demo-ehr' },
  };
  return { clinical, workflow, other, members };
}

/** Somebody who acts for the patient, with an account of a proxy only. */
async function proxyOf(patient: string, make: (body: { resourceType: string }) => Promise<string>): Promise<Caller> {
  const relation = { patient: reference(patient), active: true, name: [{ family: 'Proxy' }] };
  const related = await make({ resourceType: 'RelatedPerson', ...relation });
  const account = { active: true, name: [{ family: 'Proxy' }], link: [{ target: reference(related) }] };
  return `demo-patient as ${await make({ resourceType: 'Person', ...account })}`;
}
