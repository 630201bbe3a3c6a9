/** Lost notices, for those who administer the portal: listed by state, and sent again. */
import assert from 'node:assert/strict';
import type { AuditEvent, Bundle, Parameters, ParametersParameter, Task } from 'fhir/r4.js';
import { asMessage, asPerson, eachPortal, issue, output, parameters, stranger, type Answer } from './journey.js';

const administrator = 'demo-agent as Practitioner/demo-administrator';
const auditor = 'demo-agent as Practitioner/demo-auditor';

type Listed = Record<string, string | undefined>;

const partOf = ({ part = [] }: ParametersParameter): Listed =>
  Object.fromEntries(
    part.map(one => [
      one.name,
      one.valueReference?.reference ?? one.valueCode ?? one.valueId ?? one.valueInstant ?? one.valueString,
    ]),
  );

const listIn = (answer: Answer): Listed[] =>
  ((answer.body as unknown as Parameters).parameter ?? []).filter(({ name }) => name === 'delivery').map(partOf);

const named = (...parameter: ParametersParameter[]): Parameters => ({ resourceType: 'Parameters', parameter });

eachPortal(journey => {
  before(() => journey().server.app.dispatcher.stop());

  /** A message to a member whose address is gone, and the record with the address. */
  async function lost(): Promise<{ about: string; patient: string; email: string; record: object }> {
    const person = stranger();
    const account = asPerson(await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$enroll', parameters(person)));
    const patient = account.link?.[0]?.target.reference ?? '';
    await journey().mails(person.email);
    const coding = [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'general' }];
    const sent = await journey().expect(201, 'demo-clinician', 'POST', 'Communication', {
      ...{ resourceType: 'Communication', status: 'completed', category: [{ coding }] },
      ...{ subject: { reference: patient }, payload: [{ contentString: 'secret-text' }] },
    });
    const { body: record } = await journey().expect(200, 'demo-system', 'GET', patient);
    await journey().expect(200, 'demo-system', 'PUT', patient, { ...record, telecom: undefined });
    await journey().server.app.dispatcher.idle();
    return { about: `Communication/${asMessage(sent).id}`, patient, email: person.email, record };
  }

  const list = async (who: string, query = ''): Promise<Listed[]> =>
    listIn(await journey().expect(200, who, 'GET', `$deliveries${query}`));

  it('[MSG-19] lists lost notices by default, for administrators and systems: why, and no address, text or code', async () => {
    const { about, email, patient } = await lost();
    for (const who of [administrator, 'demo-system']) {
      const answer = await journey().expect(200, who, 'GET', '$deliveries?count=1000');
      const found = listIn(answer).find(one => one['about'] === about);
      assert.deepEqual([found?.['event'], found?.['state'], found?.['reason']], ['new-message', 'dead', 'no address']);
      for (const secret of [email, 'secret-text']) assert.ok(!answer.text.includes(secret));
    }
    const [only, ...others] = await list('demo-system', `?about=${about}`);
    assert.ok(others.length === 0 && only?.['about'] === about, patient);
    assert.deepEqual(await list('demo-system', `?about=${about}&state=sent&state=held`), []);
  });

  it('[MSG-19] shows those that wait and those that were sent, by state and by what they are about', async () => {
    const person = stranger();
    const answer = await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters(person));
    const about = `Task/${(output(answer, 'return') as Task).id}`;
    const statesOf = async () =>
      (await list('demo-system', `?about=${about}&state=queued&state=sent`)).map(({ state }) => state);
    assert.deepEqual(await statesOf(), ['queued']);
    assert.ok((await list('demo-system', '?state=queued')).some(one => one['about'] === about));
    await journey().mails(person.email);
    assert.deepEqual(await statesOf(), ['sent']);
    const few = await journey().expect(200, 'demo-system', 'GET', '$deliveries?state=sent&count=1');
    assert.deepEqual([listIn(few).length, output(few, 'more')], [1, true]);
  });

  it('[MSG-19] is for nobody else, and refuses what it does not know', async () => {
    const { about } = await lost();
    const [one] = await list('demo-system', `?about=${about}`);
    const again = named({ name: 'delivery', valueId: one?.['id'] ?? '' });
    for (const who of ['demo-patient', 'demo-clinician', 'demo-agent', 'demo-ehr']) {
      await journey().expect(403, who, 'GET', '$deliveries');
      await journey().expect(403, who, 'POST', '$send-again', again);
    }
    await journey().expect(401, '', 'GET', '$deliveries');
    for (const query of ['?count=0', '?count=1001', '?about=https://elsewhere.example/Task/1', '?no-such=1']) {
      assert.equal((await journey().call('demo-system', 'GET', `$deliveries${query}`)).status, 400, query);
    }
    assert.ok([400, 422].includes((await journey().call('demo-system', 'GET', '$deliveries?state=lost')).status));
    assert.equal((await list('demo-system', `?about=${about}`)).length, 1);
  });

  for (const by of ['delivery', 'about'] as const)
    it(`[MSG-19] sends a lost notice again by ${by}, to the address of that moment, and the audit names it`, async () => {
      const { about, patient, email, record } = await lost();
      await journey().expect(200, 'demo-system', 'PUT', patient, record);
      const [one] = await list(administrator, `?about=${about}`);
      const id = one?.['id'] ?? '';
      const what = by === 'delivery' ? { name: by, valueId: id } : { name: by, valueUri: about };
      const headers = { 'x-request-id': `again-${id}` };
      const answer = await journey().call(administrator, 'POST', '$send-again', named(what), headers);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(output(answer, 'delivery'), id);
      assert.deepEqual(
        (await list('demo-system', `?about=${about}&state=queued`)).map(listed => listed['id']),
        [id],
      );
      assert.equal((await journey().mails(email)).length, 2);
      const { body } = await journey().expect(
        200,
        'demo-clinician',
        'GET',
        `Communication?subject=${patient}&delivery-state=sent`,
      );
      assert.equal((body as unknown as Bundle).entry?.[0]?.resource?.id, about.split('/')[1]);
      const events = await journey().expect(200, auditor, 'GET', `AuditEvent?entity:identifier=again-${id}`);
      const [event] = ((events.body as unknown as Bundle<AuditEvent>).entry ?? []).map(({ resource }) => resource);
      const details = event?.entity?.flatMap(({ detail }) => detail ?? []);
      assert.deepEqual(details, [{ type: about, valueString: 'lost → queued' }]);
      const twice = await journey().expect(404, administrator, 'POST', '$send-again', named(what));
      assert.ok(issue(twice).expression?.includes(by));
    });

  it('[MSG-19] of several all or none; called at the same time, once', async () => {
    const { about, patient, email, record } = await lost();
    await journey().expect(200, 'demo-system', 'PUT', patient, record);
    const [one] = await list('demo-system', `?about=${about}`);
    const delivery = { name: 'delivery', valueId: one?.['id'] ?? '' };
    await journey().expect(
      404,
      'demo-system',
      'POST',
      '$send-again',
      named(delivery, { name: 'delivery', valueId: 'none' }),
    );
    assert.equal((await list('demo-system', `?about=${about}`)).length, 1, 'nothing was sent again');
    const calls = [1, 2, 3, 4].map(() => journey().call('demo-system', 'POST', '$send-again', named(delivery)));
    const statuses = (await Promise.all(calls)).map(({ status }) => status).sort();
    assert.deepEqual(statuses, [200, 404, 404, 404]);
    assert.equal((await journey().mails(email)).length, 2);
  });
});
