/** Preferences of notices over HTTP: who writes them, what is refused, and what then is sent. */
import assert from 'node:assert/strict';
import type { Bundle, Communication, ContactPoint, Extension, Patient } from 'fhir/r4.js';
import { asMessage, asPerson, eachPortal, issue, output, parameters, stranger, type Answer } from './journey.js';

const OWN = 'https://portico.health/fhir/StructureDefinition';
const line = (channel: string, notice?: string): Extension => ({
  url: `${OWN}/notice-channel`,
  extension: [
    { url: 'channel', valueCode: channel },
    ...(notice === undefined ? [] : [{ url: 'notice', valueCode: notice }]),
  ],
});
const quiet = (start: string, end: string, zone = 'UTC'): Extension => ({
  url: `${OWN}/quiet-hours`,
  extension: [
    { url: 'start', valueTime: start },
    { url: 'end', valueTime: end },
    { url: 'time-zone', valueCode: zone },
  ],
});

eachPortal(journey => {
  before(() => journey().server.app.dispatcher.stop());

  async function member() {
    const person = stranger();
    const account = asPerson(await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$enroll', parameters(person)));
    await journey().mails(person.email);
    const patient = account.link?.[0]?.target.reference ?? '';
    return { email: person.email, patient, caller: `demo-patient as Person/${account.id}` };
  }

  const record = async (caller: string, reference: string): Promise<Patient> =>
    (await journey().expect(200, caller, 'GET', reference)).body as unknown as Patient;

  async function put(caller: string, reference: string, change: (before: Patient) => Patient): Promise<Answer> {
    return journey().call(caller, 'PUT', reference, change(await record('demo-system', reference)));
  }

  const write = async (subject: string): Promise<string> => {
    const coding = [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'general' }];
    const message = { resourceType: 'Communication', status: 'completed', category: [{ coding }] };
    const content = { subject: { reference: subject }, payload: [{ contentString: 'Hello' }] };
    const sent = await journey().expect(201, 'demo-clinician', 'POST', 'Communication', { ...message, ...content });
    return `Communication/${asMessage(sent).id}`;
  };

  /** The state and reason that a message shows. */
  async function shown(reference: string): Promise<Record<string, string | undefined>> {
    const { extension = [] } = (await journey().expect(200, 'demo-clinician', 'GET', reference))
      .body as unknown as Communication;
    const parts = extension.find(({ url }) => url === `${OWN}/delivery`)?.extension ?? [];
    return Object.fromEntries(parts.map(one => [one.url, one.valueCode ?? one.valueInstant ?? one.valueString]));
  }

  async function found(query: string): Promise<string[]> {
    const { body } = await journey().expect(200, 'demo-clinician', 'GET', query);
    return ((body as unknown as Bundle).entry ?? []).map(({ resource }) => `Communication/${resource?.id}`);
  }

  it('[PC-7] a patient sets their channel, language, quiet hours and addresses’ order, and sees them', async () => {
    const { caller, patient } = await member();
    const language = { coding: [{ system: 'urn:ietf:bcp:47', code: 'ar' }] };
    const mine = [line('none', 'new-message'), line('email'), quiet('22:00:00', '07:00:00', 'Europe/Berlin')];
    const answer = await put(caller, patient, before => ({
      ...before,
      telecom: (before.telecom ?? []).map(point => ({ ...point, rank: 2 })),
      communication: [{ language, preferred: true }],
      extension: [...(before.extension ?? []), ...mine],
    }));
    assert.equal(answer.status, 200, answer.text);
    const { extension, communication } = await record(caller, patient);
    assert.deepEqual(extension?.slice(-3), mine);
    assert.equal(communication?.[0]?.preferred, true);
  });

  const foreign: [string, (before: Patient) => Patient, string][] = [
    ['name', before => ({ ...before, name: [{ family: 'Other' }] }), 'Patient.name'],
    ['birth date', before => ({ ...before, birthDate: '1970-01-01' }), 'Patient.birthDate'],
    ['death', before => ({ ...before, deceasedBoolean: true }), 'Patient.deceasedBoolean'],
    ['an end', before => ({ ...before, active: false }), 'Patient.active'],
    ['an identifier', before => ({ ...before, identifier: [{ system: 'urn:x', value: '1' }] }), 'Patient.identifier'],
    [
      'a link',
      before => ({ ...before, link: [{ type: 'seealso', other: { reference: 'Patient/demo-patient' } }] }),
      'Patient.link',
    ],
    [
      'another extension',
      before => ({ ...before, extension: [{ url: 'urn:x', valueBoolean: true }] }),
      'Patient.extension',
    ],
    ['a label', before => ({ ...before, meta: { security: [{ code: 'R' }] } }), 'Patient.meta'],
  ];
  for (const [what, change, expression] of foreign)
    it(`[PC-7] a patient changes nothing else of their record: ${what}`, async () => {
      const { caller, patient } = await member();
      const before = await record(caller, patient);
      const answer = await put(caller, patient, change);
      assert.equal(answer.status, 403, answer.text);
      assert.deepEqual(issue(answer).expression, expression);
      assert.deepEqual(await record(caller, patient), before);
    });

  it('[PC-7] a patient changes no other record: that of a principal is refused, that of a stranger is not there', async () => {
    const { caller } = await member();
    const other = await member();
    const answer = await put(caller, other.patient, before => ({ ...before, extension: [line('none')] }));
    assert.ok([404, 405].includes(answer.status), answer.text);
    const extension = [{ url: `${OWN}/proxy-function`, valueCode: 'messages' }];
    const related = { resourceType: 'RelatedPerson', active: true, patient: { reference: other.patient }, extension };
    const { body } = await journey().expect(201, 'demo-system', 'POST', 'RelatedPerson', related);
    const person = caller.split(' as ')[1] ?? '';
    const account = await journey().expect(200, 'demo-system', 'GET', person);
    const link = [...(account.body['link'] as object[]), { target: { reference: `RelatedPerson/${body.id}` } }];
    await journey().expect(200, 'demo-system', 'PUT', person, { ...account.body, link });
    const asProxy = await put(caller, other.patient, before => ({ ...before, extension: [line('none')] }));
    assert.equal(asProxy.status, 403, asProxy.text);
    assert.deepEqual((await record('demo-system', other.patient)).extension, undefined);
  });

  it('[PC-7] a patch of preferences is one too', async () => {
    const { caller, patient } = await member();
    const patch = [{ op: 'add', path: '/extension', value: [line('none')] }];
    const type = { 'content-type': 'application/json-patch+json' };
    const answer = await journey().call(caller, 'PATCH', patient, patch, type);
    assert.equal(answer.status, 200, answer.text);
    const wrong = [{ op: 'replace', path: '/birthDate', value: '1970-01-01' }];
    assert.equal((await journey().call(caller, 'PATCH', patient, wrong, type)).status, 403);
  });

  const wrong: [Extension[], number, RegExp][] = [
    [[line('pigeon')], 422, /^Patient\.extension\[0\]\.extension\[0\]\.value/],
    [[line('none', 'advertisement')], 422, /^Patient\.extension\[0\]\.extension\[1\]\.value/],
    [[line('none'), line('sms')], 422, /^Patient\.extension\[1\]/],
    [[quiet('22:00:00', '07:00:00', 'Mars/Olympus')], 422, /^Patient\.extension\[0\]\.extension\[2\]\.value/],
    [[quiet('22:00:00', '22:00:00')], 422, /^Patient\.extension\[0\]/],
    [[quiet('22:00:00', '23:00:00'), quiet('01:00:00', '02:00:00')], 422, /^Patient\.extension\[1\]/],
    [[quiet('25:00:00', '07:00:00')], 400, /^Patient\.extension\[0\]\.extension\[0\]\.value/],
    [[{ url: `${OWN}/opt-out`, valueCode: 'post' }], 422, /^Patient\.extension\[0\]\.value/],
  ];
  it('[PC-7] wrong preferences are refused by their FHIRPath, from systems too, and nothing changes', async () => {
    const { patient, caller } = await member();
    for (const who of ['demo-system', caller])
      for (const [extension, status, expression] of wrong) {
        const answer = await put(who, patient, before => ({ ...before, extension }));
        assert.equal(answer.status, status, `${JSON.stringify(extension)} ${answer.text}`);
        assert.match(issue(answer).expression ?? '', expression);
      }
    assert.equal((await record('demo-system', patient)).extension, undefined);
  });

  it('[PC-7] [MSG-19] who wants no notice gets none, and the sender sees why; the message is in the inbox', async () => {
    const { caller, email, patient } = await member();
    await put('demo-system', patient, before => ({ ...before, extension: [line('none', 'new-message')] }));
    const message = await write(patient);
    const before = (await journey().mails(email)).length;
    assert.equal(before, 1, 'that of the account');
    const { state, reason } = await shown(message);
    assert.deepEqual([state, reason], ['withheld', 'preference']);
    await journey().expect(200, caller, 'GET', message);
  });

  it('[PC-7] goes to the address that the person ranks first', async () => {
    const { email, patient, caller } = await member();
    const other = `second.${email}`;
    const telecom = (first: number): ContactPoint[] => [
      { system: 'email', value: email, rank: first },
      { system: 'email', value: other, rank: 3 - first },
    ];
    await put('demo-system', patient, before => ({ ...before, telecom: telecom(1) }));
    const answer = await put(caller, patient, before => ({ ...before, telecom: telecom(2) }));
    assert.equal(answer.status, 200, answer.text);
    await write(patient);
    assert.equal((await journey().mails(other)).length, 1);
  });

  it('[PC-7] [MSG-19] waits for the end of quiet hours, is found meanwhile, and goes then', async () => {
    const { email, patient } = await member();
    const now = Date.parse((await record('demo-system', patient)).meta?.lastUpdated ?? '');
    const hour = (ahead: number) => new Date(now + ahead * 3600_000).toISOString().slice(11, 16) + ':00';
    await put('demo-system', patient, before => ({ ...before, extension: [quiet(hour(-2), hour(2))] }));
    const message = await write(patient);
    assert.equal((await shown(message))['state'], 'queued');
    assert.equal((await journey().mails(email)).length, 1);
    const { state, until = '' } = await shown(message);
    assert.equal(state, 'held');
    assert.equal(until.slice(11, 16), hour(2).slice(0, 5));
    assert.deepEqual(await found(`Communication?subject=${patient}&delivery-state=held`), [message]);
    const invited = stranger();
    const facts = { name: [{ family: invited.family, given: [invited.given] }], birthDate: invited.birthDate };
    const telecom = [{ system: 'email', value: invited.email }];
    const resource = { resourceType: 'Patient', ...facts, telecom, extension: [quiet(hour(-2), hour(2))] };
    const { body } = await journey().expect(201, 'demo-system', 'POST', 'Patient', resource);
    await journey().expect(201, 'demo-ehr', 'POST', `Patient/${body.id}/$invite`, parameters({ channel: 'email' }));
    assert.equal((await journey().mails(invited.email)).length, 1, 'an invitation is not held');
    journey().pass(2 * 3600_000);
    assert.equal((await journey().mails(email)).length, 2);
    assert.equal((await shown(message))['state'], 'sent');
    assert.deepEqual(await found(`Communication?subject=${patient}&delivery-state=held`), []);
  });

  it('[PC-2] [PC-7] who takes no invitations is not invited: the caller is told at once', async () => {
    const { family, given, birthDate, email } = stranger();
    const resource = {
      ...{ resourceType: 'Patient', name: [{ family, given: [given] }], birthDate },
      ...{ telecom: [{ system: 'email', value: email }], extension: [line('none', 'invitation')] },
    };
    const { body } = await journey().expect(201, 'demo-system', 'POST', 'Patient', resource);
    const answer = await journey().call(
      'demo-ehr',
      'POST',
      `Patient/${body.id}/$invite`,
      parameters({ channel: 'email' }),
    );
    assert.equal(answer.status, 422, answer.text);
    assert.match(issue(answer).expression ?? '', /channel/);
    assert.equal(output(answer, 'return'), undefined);
  });

  it('[PC-7] one address gets one notice of a message that concerns two persons', async () => {
    const { email, patient } = await member();
    const proxy = await member();
    await put('demo-system', proxy.patient, before => ({ ...before, telecom: [{ system: 'email', value: email }] }));
    const related = { resourceType: 'RelatedPerson', active: true, patient: { reference: patient } };
    const { body } = await journey().expect(201, 'demo-system', 'POST', 'RelatedPerson', related);
    const reference = `RelatedPerson/${body.id}`;
    const person = proxy.caller.split(' as ')[1] ?? '';
    const account = await journey().expect(200, 'demo-system', 'GET', person);
    const link = [...(account.body['link'] as object[]), { target: { reference } }];
    await journey().expect(200, 'demo-system', 'PUT', person, { ...account.body, link });
    const coding = [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'general' }];
    await journey().expect(201, 'demo-clinician', 'POST', 'Communication', {
      ...{ resourceType: 'Communication', status: 'completed', category: [{ coding }] },
      ...{ subject: { reference: patient }, recipient: [{ reference: patient }, { reference }] },
      payload: [{ contentString: 'Hello' }],
    });
    const subjects = (await journey().mails(email)).map(({ subject }) => subject);
    assert.equal(subjects.filter(subject => subject?.includes('new message')).length, 1);
  });
});
