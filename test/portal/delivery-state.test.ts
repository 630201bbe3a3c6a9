/** What became of a notice stands on the message or invitation it is about, for its sender. */
import assert from 'node:assert/strict';
import type { Bundle, Communication, Extension, Task } from 'fhir/r4.js';
import { asMessage, asTask, eachPortal, output, parameters, stranger } from './journey.js';

const DELIVERY = 'https://portico.health/fhir/StructureDefinition/delivery';

/** The deliveries that a resource shows, each by its parts. */
function deliveriesOf({ extension = [] }: Communication | Task): Record<string, unknown>[] {
  const valueOf = (part: Extension) => part.valueCode ?? part.valueString ?? part.valueReference?.reference;
  return extension
    .filter(({ url }) => url === DELIVERY)
    .map(({ extension: parts = [] }) =>
      Object.fromEntries(parts.filter(({ url }) => url !== 'at').map(part => [part.url, valueOf(part)])),
    );
}

eachPortal(journey => {
  // Notices go when a test says so.
  before(() => journey().server.app.dispatcher.stop());

  const message = (subject: string, more: object = {}) => ({
    resourceType: 'Communication',
    status: 'completed',
    category: [{ coding: [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'general' }] }],
    subject: { reference: subject },
    payload: [{ contentString: 'Hello' }],
    ...more,
  });

  async function found(who: string, query: string): Promise<string[]> {
    const { body } = await journey().expect(200, who, 'GET', query);
    return ((body as unknown as Bundle).entry ?? []).map(({ resource }) => resource?.id ?? '');
  }

  it('[PC-2] [MSG-19] an invitation says that it was sent, by which channel, and is found by it', async () => {
    const person = stranger();
    const invited = await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters(person));
    const { id = '' } = output(invited, 'return') as Task;
    assert.deepEqual(await found('demo-ehr', `Task?_id=${id}&delivery-state=sent`), []);
    await journey().mails(person.email);
    const task = asTask(await journey().expect(200, 'demo-ehr', 'GET', `Task/${id}`));
    assert.deepEqual(deliveriesOf(task), [{ state: 'sent', channel: 'email' }]);
    assert.deepEqual(await found('demo-ehr', `Task?_id=${id}&delivery-state=sent`), [id]);
    assert.ok(!JSON.stringify(task).includes(person.email));
  });

  it('[PC-6] [MSG-19] a message says why its notice reached nobody, and its sender finds it', async () => {
    const person = stranger();
    const account = await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$enroll', parameters(person));
    const [link] = account.body['link'] as { target: { reference: string } }[];
    const patient = link?.target.reference ?? '';
    await journey().mails(person.email);
    const sent = await journey().expect(201, 'demo-clinician', 'POST', 'Communication', message(patient));
    for (const path of [patient, `Person/${String(account.body.id)}`]) {
      const { body } = await journey().expect(200, 'demo-system', 'GET', path);
      await journey().expect(200, 'demo-system', 'PUT', path, { ...body, telecom: undefined });
    }
    await journey().server.app.dispatcher.idle();
    const id = String(sent.body.id);
    const shown = asMessage(await journey().expect(200, 'demo-clinician', 'GET', `Communication/${id}`));
    assert.deepEqual(
      deliveriesOf(shown).map(({ state, reason }) => ({ state, reason })),
      [{ state: 'dead', reason: 'no address' }],
    );
    const query = `Communication?subject=${patient}&delivery-state=dead`;
    assert.deepEqual(await found('demo-clinician', query), [id]);
    assert.equal(shown.payload?.[0]?.contentString, 'Hello');
  });

  it('[PC-6] a sender cannot say it themselves', async () => {
    const forged = { url: DELIVERY, extension: [{ url: 'state', valueCode: 'sent' }] };
    const body = message('Patient/demo-patient', { extension: [forged] });
    const answer = await journey().call('demo-clinician', 'POST', 'Communication', body);
    if (answer.status === 201) assert.deepEqual(deliveriesOf(asMessage(answer)), [{ state: 'queued' }]);
    else assert.equal(answer.status, 422, answer.text);
  });
});
