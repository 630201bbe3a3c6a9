/** A clinic whose program is killed and started again: its groups, staff and patients, and what each of them does in a day. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bundle, Communication, Resource, Task } from 'fhir/r4.js';
import type { ChildServer } from '../fixtures/child-server.js';
import type { FakeClamd } from '../fixtures/fake-clamd.js';
import { mortalServer } from '../fixtures/mortal-server.js';
import { coding, organization, reference, toGroup } from './desk.js';

export interface Agent {
  readonly person: string;
  readonly caller: string;
  /** The PractitionerRole by which they work in the group. */
  readonly role: string;
}

export interface Group {
  readonly workflow: string;
  readonly clinical: string;
  readonly manager: Agent;
  readonly agents: readonly Agent[];
}

export interface Question {
  readonly text: string;
  readonly patient: string;
  /** Who asks: `demo-patient as Person/1`. */
  readonly caller: string;
  readonly group: Group;
  /** `Binary/1` that goes with it. */
  readonly file?: string;
}

interface Answer<R> {
  readonly status: number;
  readonly body: R;
}

/** Entries of one transaction. */
const CHUNK = 100;

export class Clinic {
  readonly #folder: string;
  readonly #program: ReturnType<typeof mortalServer>;
  #server: ChildServer | undefined;

  readonly scanner: FakeClamd;

  constructor(folder: string, scanner: FakeClamd) {
    this.scanner = scanner;
    this.#folder = folder;
    this.#program = mortalServer(folder);
  }

  /** Starts the program. @param life how many times it ended, each some minutes ago */
  async open(life: number): Promise<void> {
    const env = { PORTICO_LOG_LEVEL: 'error', PORTICO_CLAMD: this.scanner.address, PORTICO_CLAMD_TIMEOUT: '1000' };
    this.#server = await this.#program.start(life, env);
  }

  async kill(): Promise<void> {
    this.#server?.child.kill('SIGKILL');
    await this.#server?.ended;
  }

  /** Rejects with TypeError where the program ends meanwhile. */
  async call<R>(who: string, method: string, path: string, body?: object): Promise<Answer<R>> {
    const server = this.#server ?? assert.fail();
    const answer = await this.#program.call(server, method, path, body, who);
    return { status: answer.status, body: (await answer.json()) as R };
  }

  async expect<R>(status: number, ...call: Parameters<Clinic['call']>): Promise<R> {
    const answer = await this.call<R>(...call);
    assert.equal(answer.status, status, `${call.slice(0, 3).join(' ')}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Matches of a search, the whole list. */
  async find<R extends Resource>(who: string, query: string): Promise<R[]> {
    const { entry = [] } = await this.expect<Bundle<R>>(200, who, 'GET', `${query}&_count=1000`);
    return entry.flatMap(({ resource, search }) => (resource && search?.mode === 'match' ? resource : []));
  }

  async count(who: string, query: string): Promise<number> {
    return (await this.expect<Bundle>(200, who, 'GET', `${query}&_summary=count`)).total ?? assert.fail();
  }

  /** `Type/id` of each resource. They name one another by `urn:uuid:` and their number: `name(3)`. */
  async make(...resources: object[]): Promise<string[]> {
    const made: string[] = [];
    for (let from = 0; from < resources.length; from += CHUNK) {
      const entry = resources.slice(from, from + CHUNK).map((resource, at) => {
        const { resourceType } = resource as Resource;
        return { fullUrl: name(from + at), resource, request: { method: 'POST', url: resourceType } };
      });
      const bundle = { resourceType: 'Bundle', type: 'transaction', entry };
      const answered = await this.expect<Bundle>(200, 'demo-system', 'POST', '', bundle);
      for (const { response } of answered.entry ?? []) {
        made.push(/([A-Za-z]+\/[^/]+)\/_history/.exec(response?.location ?? '')?.[1] ?? assert.fail());
      }
    }
    return made;
  }

  async group(at: number, agents: number, dueHours: number): Promise<Group> {
    const [workflow = ''] = await this.make(organization('workflow-group', `Desk ${at}`));
    const hours = [{ url: 'dueHours', valuePositiveInt: dueHours }];
    const clinicalGroup = organization('clinical-group', `Group ${at}`, { extension: [toGroup(workflow, hours)] });
    const [clinical = ''] = await this.make(clinicalGroup);
    const worker = async (code: string, email: string): Promise<Agent> => {
      const telecom = [{ system: 'email', value: email }];
      const roles = [['workbench-user', 'task-processing'], [code]].map(codes => ({
        ...{ resourceType: 'PractitionerRole', active: true, practitioner: reference(name(0)) },
        ...{ organization: reference(workflow), code: codes.map(one => coding('role', one)) },
      }));
      const [person = '', , role = ''] = await this.make(
        { resourceType: 'Practitioner', active: true, telecom },
        ...roles,
      );
      return { person, role, caller: `demo-agent as ${person}` };
    };
    const manager = await worker('manager', `manager${at}@clinic.example.org`);
    const staff: Agent[] = [];
    for (let one = 0; one < agents; one++) staff.push(await worker('agent', `agent${at}.${one}@clinic.example.org`));
    return { workflow, clinical, manager, agents: staff };
  }

  /** Patients with accounts, each as the record and the caller. */
  async patients(many: number): Promise<{ patient: string; caller: string }[]> {
    const made = await this.make(
      ...Array.from({ length: many }, (_, at) => [
        { resourceType: 'Patient', active: true, name: [{ family: `Patient${at}` }] },
        { resourceType: 'Person', active: true, link: [{ target: reference(name(2 * at)) }] },
      ]).flat(),
    );
    const pairs = Array.from({ length: many }, (_, at) => made.slice(2 * at, 2 * at + 2));
    return pairs.map(([patient = '', person = '']) => ({ patient, caller: `demo-patient as ${person}` }));
  }

  async ask({ text, patient, caller, group, file }: Question): Promise<void> {
    const attached = file === undefined ? [] : [{ contentAttachment: { contentType: 'text/plain', url: file } }];
    await this.expect(201, caller, 'POST', 'Communication', {
      ...{ resourceType: 'Communication', status: 'completed', subject: reference(patient) },
      ...{ category: [coding('message-category', 'medical')], recipient: [reference(group.clinical)] },
      payload: [{ contentString: text }, ...attached],
    });
  }

  async answer({ caller }: Agent, { id, focus }: Task, text: string): Promise<void> {
    await this.expect(201, caller, 'POST', 'Communication', {
      ...{ resourceType: 'Communication', status: 'completed', category: [coding('message-category', 'medical')] },
      ...{ inResponseTo: [focus], basedOn: [reference(`Task/${id}`)], payload: [{ contentString: text }] },
    });
  }

  /** The messages that the clinic has, of everybody but the patient of the demo. */
  async messages(): Promise<Communication[]> {
    const found = await this.find<Communication>('demo-system', 'Communication?category:not=notification');
    return found.filter(({ subject }) => subject?.reference !== 'Patient/demo-patient');
  }

  /** E-mails about overdue work that were sent to this address. */
  async overdueMails(to: string): Promise<number> {
    const folder = join(this.#folder, 'mail');
    const files = (await readdir(folder).catch(() => [])).filter(file => file.endsWith('.eml'));
    const texts = await Promise.all(files.map(file => readFile(join(folder, file), 'utf8')));
    return texts.filter(text => text.includes(to) && /^Subject: Work of your group is overdue/m.test(text)).length;
  }
}

/** By which resources of one call of `make` name one another; those of one chunk alone. */
export const name = (at: number): string => `urn:uuid:00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;

export const textOf = ({ payload: [first] = [] }: Communication): string => first?.contentString ?? '';
