/** Notices: whom they reach is decided when they are sent. */
import assert from 'node:assert/strict';
import type { Communication, Person, Task } from 'fhir/r4.js';
import { deadDeliveries } from '../../src/delivery/delivery-record.js';
import { systemClock } from '../../src/fhir/clock.js';
import { asMessage, asPerson, eachPortal, output, parameters, stranger, type Answer, type Journey } from './journey.js';

const HOUR = 3_600_000;

/** What these tests do again and again. The dispatcher rests, so that it sends when a test says so. */
function actionsOf(journey: () => Journey) {
  const system = (method: string, path: string, body?: unknown): Promise<Answer> =>
    journey().expect(200, 'demo-system', method, path, body);

  async function member() {
    const person = stranger();
    const account = asPerson(await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$enroll', parameters(person)));
    await journey().mails(person.email);
    return { person, account, patient: account.link?.[0]?.target.reference ?? '' };
  }

  const write = async (subject: string, more: object = {}): Promise<Communication> => {
    const coding = [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'general' }];
    const message = { resourceType: 'Communication', status: 'completed', category: [{ coding }] };
    const content = { subject: { reference: subject }, payload: [{ contentString: 'Hello' }] };
    const resource = { ...message, ...content, ...more };
    return asMessage(await journey().expect(201, 'demo-clinician', 'POST', 'Communication', resource));
  };

  async function change(path: string, to: object): Promise<void> {
    const { body } = await system('GET', path);
    await system('PUT', path, { ...body, ...to });
  }

  /** Outcomes and last reasons of the deliveries about a resource. */
  async function outcomes(about: string): Promise<[unknown, unknown][]> {
    await journey().server.app.dispatcher.idle();
    const found = await journey().storage.records.find('delivery', 'about', about, systemClock.now(), 10);
    return found.map(({ value }) => [value['outcome'], (value['attempts'] as { reason: string }[]).at(-1)?.reason]);
  }

  return { system, member, write, change, outcomes };
}

function withholding(journey: () => Journey): void {
  const { member, write, change, outcomes } = actionsOf(journey);

  it('[PC-6] [C23] nothing goes to a patient who has died, or to an account that was closed, since', async () => {
    const [died, closed] = [await member(), await member()];
    const [first, second] = [await write(died.patient), await write(closed.patient)];
    await change(died.patient, { deceasedBoolean: true });
    await change(`Person/${closed.account.id}`, { active: false });
    assert.deepEqual(await outcomes(`Communication/${first.id}`), [['withheld', 'deceased']]);
    assert.deepEqual(await outcomes(`Communication/${second.id}`), [['withheld', 'inactive']]);
    for (const { person } of [died, closed]) {
      const subjects = (await journey().mails(person.email)).map(({ subject }) => subject);
      assert.deepEqual(subjects, ['Your patient portal account is ready']);
    }
  });

  it('[R19] twenty messages of an hour are told of, and what comes beside them lies in the inbox', async () => {
    const { person, patient } = await member();
    // The beginning of an hour of the server's clock.
    journey().pass(HOUR - (journey().server.app.parts.clock.now() % HOUR));
    const sent = [];
    for (let count = 0; count < 21; count++) sent.push(await write(patient));
    const all = await Promise.all(sent.map(({ id }) => outcomes(`Communication/${id}`)));
    const withheld = all.flat().filter(([outcome]) => outcome === 'withheld');
    assert.deepEqual(withheld, [['withheld', 'too many notices']]);
    assert.equal((await journey().mails(person.email)).length, 1 + 20);
  });

  it('[PC-6] a proxy is told of a message addressed to them, while they are one', async () => {
    const { person, account } = await member();
    const related = { resourceType: 'RelatedPerson', active: true, patient: { reference: 'Patient/demo-patient' } };
    const { body } = await journey().expect(201, 'demo-system', 'POST', 'RelatedPerson', related);
    const reference = `RelatedPerson/${body.id}`;
    const link = [...(account.link ?? []), { target: { reference } }] satisfies Person['link'];
    await change(`Person/${account.id}`, { link });
    const sent = await write('Patient/demo-patient', { recipient: [{ reference }] });
    assert.equal((await journey().mails(person.email)).length, 2);
    assert.deepEqual(await outcomes(`Communication/${sent.id}`), [
      ['sent', 'sent'],
      ['sent', 'sent'],
    ]);
    const late = await write('Patient/demo-patient', { recipient: [{ reference }] });
    await change(reference, { period: { end: '2020' } });
    const [one, other] = (await outcomes(`Communication/${late.id}`)).sort();
    assert.deepEqual(
      [one, other],
      [
        ['sent', 'sent'],
        ['withheld', 'no proxy'],
      ],
    );
    assert.equal((await journey().mails(person.email)).length, 2);
  });
}

function resolving(journey: () => Journey): void {
  const { system, member, write, change, outcomes } = actionsOf(journey);

  it('[PC-6] goes to the address, in the language, that are on record when it is sent', async () => {
    const { account, patient } = await member();
    await write(patient);
    const address = `moved.${account.id}@example.org`;
    await change(`Person/${account.id}`, { telecom: [{ system: 'email', value: 'for.sign.in@example.org' }] });
    const language = { coding: [{ system: 'urn:ietf:bcp:47', code: 'ar' }] };
    const telecom = [{ system: 'email', value: address }];
    await change(patient, { telecom, communication: [{ language, preferred: true }] });
    const [mail] = await journey().mails(address);
    assert.match(mail?.html ?? '', /dir="rtl"/);
  });

  it('[PC-2] an invitation goes to the contact of a stranger, which no resource and no delivery record holds', async () => {
    const stated = stranger();
    const { email } = stated;
    const answer = await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters(stated));
    const task = output(answer, 'return') as Task;
    assert.equal((await journey().mails(email)).length, 1);
    assert.deepEqual(await outcomes(`Task/${task.id}`), [['sent', 'sent']]);
    const found = await journey().storage.records.find('delivery', 'about', `Task/${task.id}`, systemClock.now(), 10);
    assert.ok(!JSON.stringify(found).includes(email) && !JSON.stringify(task).includes(email));
  });

  it('[PC-6] what could not be delivered is listed, and goes out once it can be', async () => {
    const { person, patient } = await member();
    const sent = await write(patient);
    const about = `Communication/${sent.id}`;
    const { body: record } = await system('GET', patient);
    await change(patient, { telecom: undefined });
    assert.deepEqual(await outcomes(about), [['dead', 'no address']]);
    const dead = (await deadDeliveries(journey().storage.records, systemClock, 100)).find(one => one.about === about);
    assert.equal(dead?.event, 'new-message');
    await system('PUT', patient, record);
    await system('POST', '$send-again', {
      resourceType: 'Parameters',
      parameter: [{ name: 'delivery', valueId: dead.id }],
    });
    assert.deepEqual(await outcomes(about), [['sent', 'sent']]);
    assert.equal((await journey().mails(person.email)).length, 2);
  });
}

describe('notices', () => {
  eachPortal(journey => {
    before(() => journey().server.app.dispatcher.stop());
    withholding(journey);
    resolving(journey);
  });
});
