/** The family of five and the desk of two groups whose week test/portal/journey-week.test.ts plays, and what they do. */
import assert from 'node:assert/strict';
import PostalMime from 'postal-mime';
import type { Bundle, Communication, Task } from 'fhir/r4.js';
import type { Resource } from '../../src/fhir/resource.js';
import { startMailServer, type MailServer } from '../delivery/parts.js';
import { startTestServer } from '../fixtures/server.js';
import { testWorld } from '../fixtures/world.js';
import type { OpenStorage } from '../fixtures/storages.js';
import { portalCode, reference } from '../property/portal-content.js';
import { DAY, Journey, output, parameters, type Answer, type Caller } from './journey.js';

export const MAILBOX = 'reuter.family@example.org';
const MRN = 'https://hospital.example.org/mrn';
const MONDAY = Date.parse('2026-03-02T09:00:00Z');

/** Everybody's mailbox is the family's; Clara acts for Max, who is eleven, and for her mother Gerda. */
const FAMILY = {
  clara: { given: ['Clara'], birthDate: '1979-04-01', mrn: 'R-1' },
  anna: { given: ['Anna'], birthDate: '2005-06-07', mrn: 'R-2' },
  ella: { given: ['Ella'], birthDate: '2005-06-07', mrn: 'R-3' },
  max: { given: ['Max'], birthDate: '2014-08-09', mrn: 'R-4' },
  gerda: { given: ['Gerda'], birthDate: '1948-10-11', mrn: 'R-5' },
};

export type Name = keyof typeof FAMILY;
export const names = Object.keys(FAMILY) as Name[];

/** A mail as the family reads it: what it is about, and whom it means. */
export interface Mail {
  subject: string;
  text: string;
}

export class Week {
  readonly journey: Journey;
  readonly mailServer: MailServer;
  /** `Patient/1` of each. */
  readonly patients = {} as Record<Name, string>;
  /** `RelatedPerson/1`: Clara, for another. */
  readonly proxies = {} as Record<'max' | 'gerda', string>;
  readonly callers = {} as Record<Name, Caller>;

  private constructor(journey: Journey, mailServer: MailServer) {
    this.journey = journey;
    this.mailServer = mailServer;
  }

  /** A server with a mail server, on Monday morning. */
  static async begin(open: OpenStorage): Promise<Week> {
    const mailServer = await startMailServer();
    const began = Date.now();
    const clock = { ahead: 0, now: () => MONDAY + (Date.now() - began) + clock.ahead };
    const storage = await open(clock);
    const env = { PORTICO_SMTP_URL: mailServer.url };
    const server = await startTestServer({ storage, world: { ...testWorld(), clock }, env });
    return new Week(new Journey(server, storage, clock), mailServer);
  }

  async end(): Promise<void> {
    await this.journey.server.close();
    await this.journey.storage.store.close();
    await this.mailServer.close();
  }

  nextDay(): void {
    this.journey.pass(DAY);
  }

  async make(body: object): Promise<string> {
    const { resourceType } = body as Resource;
    const answer = await this.journey.expect(201, 'demo-system', 'POST', resourceType, body);
    return `${resourceType}/${String(answer.body.id)}`;
  }

  async change(path: string, element: object): Promise<void> {
    const { body } = await this.journey.expect(200, 'demo-system', 'GET', path);
    await this.journey.expect(200, 'demo-system', 'PUT', path, { ...body, ...element });
  }

  /** The records of the family, as the EHR keeps them; Clara's earlier record was merged into the one she has. */
  async records(): Promise<string> {
    for (const name of names) {
      const { given, birthDate, mrn } = FAMILY[name];
      this.patients[name] = await this.make({
        resourceType: 'Patient',
        active: true,
        identifier: [{ system: MRN, value: mrn }],
        name: [{ use: 'official', family: 'Reuter', given }],
        birthDate,
        telecom: [{ system: 'email', value: MAILBOX }],
      });
    }
    const merged = { other: reference(this.patients.clara), type: 'replaced-by' };
    const { given, birthDate } = FAMILY.clara;
    return this.make({
      resourceType: 'Patient',
      active: false,
      identifier: [{ system: MRN, value: 'R-1-old' }],
      name: [{ family: 'Reuter', given }],
      birthDate,
      link: [merged],
    });
  }

  /** A member by invitation: the code of the newest mail, and one's own birth date. */
  async joins(name: 'anna' | 'ella', code: string): Promise<void> {
    const { birthDate } = FAMILY[name];
    const answer = await this.journey.expect(
      201,
      '',
      'POST',
      'Patient/$redeem-invitation',
      parameters({ code, birthDate }),
    );
    this.callers[name] = `demo-patient as Person/${String(answer.body.id)}`;
  }

  /** Clara is enrolled by the EHR, and acts for two others. */
  async claraJoins(): Promise<void> {
    const answer = await this.journey.expect(201, 'demo-ehr', 'POST', `${this.patients.clara}/$enroll`);
    const account = `Person/${String(answer.body.id)}`;
    for (const name of ['max', 'gerda'] as const) {
      const code = name === 'max' ? 'MTH' : 'DAU';
      const coding = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code }];
      this.proxies[name] = await this.make({
        resourceType: 'RelatedPerson',
        active: true,
        patient: reference(this.patients[name]),
        relationship: [{ coding }],
        name: [{ family: 'Reuter', given: ['Clara'] }],
      });
      this.callers[name] = `demo-patient as ${account}`;
    }
    this.callers.clara = `demo-patient as ${account}`;
    const own = (answer.body as unknown as { link: object[] }).link;
    const link = [...own, ...Object.values(this.proxies).map(proxy => ({ target: reference(proxy) }))];
    await this.change(account, { link });
  }

  /** A clinical group, and its workflow group. */
  async group(name: string): Promise<{ clinical: string; workflow: string }> {
    const organization = (type: string, more: object = {}) =>
      this.make({
        resourceType: 'Organization',
        active: true,
        type: [portalCode('organization-type', type)],
        name,
        ...more,
      });
    const workflow = await organization('workflow-group');
    const flow = [
      { url: 'route', valueCode: 'workbench' },
      { url: 'workflowGroup', valueReference: reference(workflow) },
    ];
    const extension = [{ url: 'https://portico.health/fhir/StructureDefinition/message-flow', extension: flow }];
    return { clinical: await organization('clinical-group', { extension }), workflow };
  }

  /** Somebody at the desk, and the role that makes them so. */
  async agent(family: string, code: 'agent' | 'manager', workflow: string): Promise<{ caller: Caller; role: string }> {
    const person = await this.make({ resourceType: 'Practitioner', active: true, name: [{ family }] });
    const role = (one: string) =>
      this.make({
        resourceType: 'PractitionerRole',
        active: true,
        practitioner: reference(person),
        organization: reference(workflow),
        code: [portalCode('role', one)],
      });
    for (const one of ['workbench-user', 'task-processing']) await role(one);
    return { caller: `demo-agent as ${person}`, role: await role(code) };
  }

  async write(caller: Caller, text: string, more: object): Promise<Communication> {
    const answer = await this.journey.expect(201, caller, 'POST', 'Communication', {
      resourceType: 'Communication',
      status: 'completed',
      category: [portalCode('message-category', 'medical')],
      payload: [{ contentString: text }],
      ...more,
    });
    return answer.body as unknown as Communication;
  }

  /** A question of one of the family, by whoever acts for them. */
  asks(name: Name, clinical: string, text: string): Promise<Communication> {
    const subject = reference(this.patients[name]);
    return this.write(this.callers[name], text, { subject, recipient: [reference(clinical)] });
  }

  move(caller: Caller, { id }: Task, name: string, body?: object): Promise<Answer> {
    return this.journey.call(caller, 'POST', `Task/${id}/$${name}`, body);
  }

  /** Open work of a group as somebody sees it: the texts of the questions. */
  async desk(caller: Caller, query = 'status=ready,in-progress'): Promise<Task[]> {
    const { body } = await this.journey.expect(200, caller, 'GET', `Task?code=workbench&_sort=authored-on&${query}`);
    return ((body as unknown as Bundle<Task>).entry ?? []).map(({ resource }) => resource!);
  }

  /** The one open item about this message. */
  async item(caller: Caller, { id }: Communication): Promise<Task> {
    const [item, ...more] = await this.desk(caller, `focus=Communication/${id}`);
    assert.equal(more.length, 0);
    return item ?? assert.fail(`no work item of Communication/${id}`);
  }

  /** Texts of all messages of a patient that the caller sees, oldest first. */
  async texts(caller: Caller, query: string): Promise<string[]> {
    const { body } = await this.journey.expect(200, caller, 'GET', `Communication?_sort=sent&${query}`);
    const found = ((body as unknown as Bundle<Communication>).entry ?? []).map(({ resource }) => resource!);
    return found.map(({ payload }) => payload?.[0]?.contentString ?? '');
  }

  /** All mails so far, in the order in which they came. */
  async mails(): Promise<Mail[]> {
    await this.journey.server.app.dispatcher.idle();
    const { received } = this.mailServer;
    for (const { recipients } of received) assert.deepEqual(recipients, [MAILBOX], 'a mail went elsewhere');
    const parsed = await Promise.all(received.map(({ raw }) => PostalMime.parse(raw)));
    return parsed.map(({ subject = '', text = '' }) => ({ subject, text }));
  }

  async status(name: Name): Promise<unknown> {
    const answer = await this.journey.expect(200, 'demo-ehr', 'GET', `${this.patients[name]}/$enrollment-status`);
    return output(answer, 'status');
  }
}
