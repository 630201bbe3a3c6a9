/** The report of a recipient that a notice was not meant for them. The link in the notice is their only credential. */
import type { Person, RelatedPerson, Task } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { defined } from '../fhir/defined.js';
import { instant } from '../fhir/instant.js';
import type { Query } from '../fhir/request.js';
import { ownPatient } from './identity.js';
import { invitationWorkflow, moveInvitation } from './invitation.js';
import { combined, created, step, type Step, type WorkflowReader } from './step.js';

/** A notice as its link names it. */
export interface Misdirected {
  /** The resource that the notice was about: `Task/1`. */
  readonly about: string;
  /** The person whom it was meant for: `Patient/1`, `Person/2`, `RelatedPerson/3`; absent for one who is not on record. */
  readonly person?: string;
}

/** The secret part of such a link. It shows nothing, cannot be made up, and serves for nothing else. */
export interface MisdirectedTokens {
  seal(notice: Misdirected): string;
  /** Throws Fault `gone` for anything that was not sealed here, or long ago. */
  open(token: string): Misdirected;
}

/** Open reviews of one person's contact, which are one at most. */
const OPEN = 10;

/**
 * What a report changes: an open invitation ends, and member administration gets a Task (profile contact-review) about the
 * contact of a person who is on record. A second report changes nothing.
 */
export async function reportMisdirected(
  { about, person }: Misdirected,
  reader: WorkflowReader,
  world: World,
): Promise<Step> {
  const found = about.startsWith('Task/') ? await reader.get<Task>(about) : undefined;
  const isOpen = found?.resource.status === 'requested' && invitationWorkflow(reader.own).governs(found.resource);
  const ended = isOpen ? await moveInvitation(found, 'report', reader, world.clock.now()) : step({});
  return person === undefined ? ended : combined(ended, await review(person, reader, world));
}

async function review(person: string, reader: WorkflowReader, world: World): Promise<Step> {
  const { own } = reader;
  const code = own.concept('task-code', 'contact-review');
  const [{ system = '' } = {}] = code.coding ?? [];
  const query: Query = [
    ['code', `${system}|contact-review`],
    ['focus', person],
    ['status', 'requested'],
  ];
  const open = await reader.find<Task>('Task', query, OPEN);
  if (open.length > 0) return step({});
  const now = instant(world.clock.now());
  const patient = await patientOf(person, reader);
  const task: Task = {
    resourceType: 'Task',
    id: world.ids.next(),
    meta: { profile: [own.structure('contact-review')] },
    status: 'requested',
    intent: 'order',
    code,
    focus: { reference: person },
    ...defined({ for: patient === undefined ? undefined : { reference: patient } }),
    authoredOn: now,
    lastModified: now,
  };
  return step({ writes: [created(task)], criteria: [reader.still('Task', query, open)] });
}

/** The patient whose notices went to the wrong reader. */
async function patientOf(person: string, reader: WorkflowReader): Promise<string | undefined> {
  if (person.startsWith('Patient/')) return person;
  const found = (await reader.get<Person | RelatedPerson>(person))?.resource;
  return found?.resourceType === 'Person' ? ownPatient(found) : found?.patient.reference;
}
