/** [RN-4] The profile of a patient over HTTP: what people change of a record, what is refused, and who is told. */
import assert from 'node:assert/strict';
import type { Patient } from 'fhir/r4.js';
import { asPerson, eachPortal, issue, parameters, stranger, withoutLinks, type Answer } from './journey.js';

const OWN = 'https://portico.health/fhir/StructureDefinition';
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const home = { use: 'home', line: ['12 Mill Lane'], city: 'Springfield', postalCode: '01101', country: 'US' } as const;
const mobile = { system: 'phone', use: 'mobile', value: '(212) 555-0123' } as const;
const language = (code: string) => ({ language: { coding: [{ system: 'urn:ietf:bcp:47', code }] }, preferred: true });
const email = (value: string) => ({ system: 'email' as const, value });

interface Member {
  readonly email: string;
  readonly patient: string;
  readonly person: string;
  readonly caller: string;
}

eachPortal(journey => {
  before(() => journey().server.app.dispatcher.stop());

  async function member(): Promise<Member> {
    const one = stranger();
    const account = asPerson(await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$enroll', parameters(one)));
    await journey().mails(one.email);
    const person = `Person/${account.id}`;
    const patient = account.link?.[0]?.target.reference ?? '';
    return { email: one.email, patient, person, caller: `demo-patient as ${person}` };
  }

  const record = async (caller: string, reference: string): Promise<Patient> =>
    (await journey().expect(200, caller, 'GET', reference)).body as unknown as Patient;

  async function put(caller: string, reference: string, change: (before: Patient) => object): Promise<Answer> {
    return journey().call(caller, 'PUT', reference, change(await record('demo-system', reference)));
  }

  const written = async (reference: string, change: (before: Patient) => object): Promise<void> =>
    assert.equal((await put('demo-system', reference, change)).status, 200);

  /** Makes the member a proxy of the patient. */
  async function proxyOf(proxy: Member, patient: string, functions: readonly string[]): Promise<string> {
    const extension = functions.map(code => ({ url: `${OWN}/proxy-function`, valueCode: code }));
    const limits = functions.length === 0 ? {} : { extension };
    const related = { resourceType: 'RelatedPerson', active: true, patient: { reference: patient }, ...limits };
    const { body } = await journey().expect(201, 'demo-system', 'POST', 'RelatedPerson', related);
    const reference = `RelatedPerson/${String(body.id)}`;
    const account = await journey().expect(200, 'demo-system', 'GET', proxy.person);
    const link = [...(account.body['link'] as object[]), { target: { reference } }];
    await journey().expect(200, 'demo-system', 'PUT', proxy.person, { ...account.body, link });
    return reference;
  }

  it('[RN-4] [PC-7] a patient changes address, e-mail, mobile and language, as they type them, and sees it at once', async () => {
    const { caller, patient, email: old } = await member();
    const next = { address: [home], telecom: [email(`Next.${old}`), mobile], communication: [language('ar')] };
    const answer = await put(caller, patient, before => ({ ...before, ...next }));
    assert.equal(answer.status, 200, answer.text);
    const { address, telecom, communication } = await record(caller, patient);
    assert.deepEqual({ address, telecom, communication }, next);
    for (const query of [`address-city=Springfield`, `email=${encodeURIComponent(`Next.${old}`)}`]) {
      const { body } = await journey().expect(200, 'demo-system', 'GET', `Patient?_id=${patient.slice(8)}&${query}`);
      assert.equal(body['total'], 1, query);
    }
  });

  it('[RN-4] a JSON Patch and a FHIRPath Patch change it too, by the version that was read', async () => {
    const { caller, patient } = await member();
    const add = [{ op: 'add', path: '/address', value: [home] }];
    await journey().expect(200, caller, 'PATCH', patient, add, { ...JSON_PATCH, 'if-match': 'W/"1"' });
    const part = [
      { name: 'type', valueCode: 'replace' },
      { name: 'path', valueString: 'Patient.address[0].city' },
      { name: 'value', valueString: 'Shelbyville' },
    ];
    const patch = { resourceType: 'Parameters', parameter: [{ name: 'operation', part }] };
    await journey().expect(200, caller, 'PATCH', patient, patch, { 'if-match': 'W/"2"' });
    await journey().expect(412, caller, 'PATCH', patient, patch, { 'if-match': 'W/"1"' });
    assert.equal((await record(caller, patient)).address?.[0]?.city, 'Shelbyville');
    const wrong = [{ op: 'replace', path: '/birthDate', value: '1970-01-01' }];
    const refused = await journey().expect(403, caller, 'PATCH', patient, wrong, JSON_PATCH);
    assert.equal(issue(refused).expression, 'Patient.birthDate');
  });

  it('[RN-4] of two changes at once by the same version one is refused, and nothing is lost', async () => {
    const { caller, patient } = await member();
    const change = (city: string) =>
      journey().call(caller, 'PATCH', patient, [{ op: 'add', path: '/address', value: [{ city }] }], {
        ...JSON_PATCH,
        'if-match': 'W/"1"',
      });
    const answers = await Promise.all([change('Springfield'), change('Shelbyville')]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412]);
  });

  const other: [what: string, change: (before: Patient) => object, expression: string][] = [
    ['a home telephone', before => ({ ...before, telecom: [{ ...mobile, use: 'home' }] }), 'Patient.telecom'],
    [
      'a web page',
      before => ({ ...before, telecom: [{ system: 'url', value: 'https://a.example' }] }),
      'Patient.telecom',
    ],
    [
      'more in an address',
      before => ({ ...before, address: [{ ...home, extension: [{ url: 'urn:x', valueString: 'x' }] }] }),
      'Patient.address[0].extension',
    ],
    [
      'more of an element of it',
      before => ({ ...before, address: [{ ...home, _city: { extension: [{ url: 'urn:x', valueString: 'x' }] } }] }),
      'Patient.address[0].city',
    ],
    ['marital status', before => ({ ...before, maritalStatus: { text: 'x' } }), 'Patient.maritalStatus'],
    [
      'a narrative',
      before => ({
        ...before,
        text: { status: 'additional', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
      }),
      'Patient.text',
    ],
    [
      'who cares for them',
      before => ({ ...before, generalPractitioner: [{ reference: 'Practitioner/demo-clinician' }] }),
      'Patient.generalPractitioner',
    ],
  ];
  it('[RN-4] anything else in the same change is refused by its FHIRPath, and nothing of it is written', async () => {
    const { caller, patient } = await member();
    const before = await record(caller, patient);
    for (const [what, change, expression] of other) {
      const answer = await put(caller, patient, one => ({ communication: [language('ar')], ...change(one) }));
      assert.equal(answer.status, 403, `${what} ${answer.text}`);
      assert.equal(issue(answer).expression, expression, what);
    }
    assert.deepEqual(await record(caller, patient), before);
  });

  it('[RN-4] what others recorded in the same lists stays, and wrong values that nobody changes are no obstacle', async () => {
    const { caller, patient, email: old } = await member();
    const kept = [{ ...mobile, use: 'work' }, email('no address'), email(old)];
    await written(patient, before => ({ ...before, telecom: kept }));
    const removing = await put(caller, patient, before => ({ ...before, telecom: kept.slice(1) }));
    assert.equal(issue(removing).expression, 'Patient.telecom');
    const adding = await put(caller, patient, before => ({ ...before, telecom: [mobile, ...kept] }));
    assert.equal(adding.status, 200, adding.text);
  });

  it('[RN-4] wrong values are refused by their FHIRPath', async () => {
    const { caller, patient } = await member();
    const wrong: [object, string][] = [
      [{ telecom: [email('a@b')] }, 'Patient.telecom[0].value'],
      [{ telecom: [email('a@example.org'), { ...mobile, value: 'call me' }] }, 'Patient.telecom[1].value'],
      [{ communication: [{ language: { text: 'Elvish' } }] }, 'Patient.communication[0].language'],
      [{ communication: [language('no_language')] }, 'Patient.communication[0].language'],
    ];
    for (const [change, expression] of wrong) {
      const answer = await put(caller, patient, before => ({ ...before, ...change }));
      assert.deepEqual([answer.status, issue(answer).expression], [422, expression], answer.text);
    }
  });

  it('[RN-4] a language that is not enabled is kept, and notices fall back to the default', async () => {
    const { caller, patient, email: old } = await member();
    const answer = await put(caller, patient, before => ({ ...before, communication: [language('fi')] }));
    assert.equal(answer.status, 200, answer.text);
    const coding = [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'general' }];
    const message = { resourceType: 'Communication', status: 'completed', category: [{ coding }] };
    const content = { subject: { reference: patient }, payload: [{ contentString: 'Hello' }] };
    await journey().expect(201, 'demo-clinician', 'POST', 'Communication', { ...message, ...content });
    assert.ok((await journey().mails(old)).some(({ subject }) => subject?.includes('new message')));
  });

  it('[RN-4] [D04] a proxy changes it where the relation includes it, and nothing else of the record', async () => {
    const child = await member();
    const [whole, profile, without] = [await member(), await member(), await member()];
    await proxyOf(whole, child.patient, []);
    const relation = await proxyOf(profile, child.patient, ['profile']);
    await proxyOf(without, child.patient, ['messages', 'tasks']);
    const moved = (city: string) => (before: Patient) => ({ ...before, address: [{ ...home, city }] });
    assert.equal((await put(whole.caller, child.patient, moved('Ogdenville'))).status, 200);
    assert.equal((await put(profile.caller, child.patient, moved('Shelbyville'))).status, 200);
    const refused = await put(without.caller, child.patient, moved('Capital City'));
    assert.equal(refused.status, 403, refused.text);
    const name = await put(profile.caller, child.patient, before => ({ ...before, name: [{ family: 'Other' }] }));
    assert.equal(issue(name).expression, 'Patient.name');
    const ended = await journey().expect(200, 'demo-system', 'GET', relation);
    await journey().expect(200, 'demo-system', 'PUT', relation, { ...ended.body, active: false });
    const late = await put(profile.caller, child.patient, moved('Capital City'));
    assert.ok([404, 405].includes(late.status), late.text);
    assert.equal((await record(child.caller, child.patient)).address?.[0]?.city, 'Shelbyville');
  });

  it('[RN-4] nobody changes the profile of a stranger, and does not learn whether there is one', async () => {
    const [mine, theirs] = [await member(), await member()];
    const change = { resourceType: 'Patient', id: theirs.patient.slice(8), address: [home] };
    const there = await journey().call(mine.caller, 'PUT', theirs.patient, change);
    const nowhere = await journey().call(mine.caller, 'PUT', 'Patient/nobody-at-all', {
      ...change,
      id: 'nobody-at-all',
    });
    assert.equal(there.status, nowhere.status);
    assert.equal(there.text.replaceAll(theirs.patient.slice(8), ''), nowhere.text.replaceAll('nobody-at-all', ''));
  });

  it('[RN-4] [D16] a record of somebody who has died, or that was merged away, stays as it is', async () => {
    const [child, parent] = [await member(), await member()];
    await proxyOf(parent, child.patient, []);
    const moved = (before: Patient) => ({ ...before, address: [home] });
    const [own, before] = [`demo-patient as ${child.patient}`, await record(child.caller, child.patient)];
    const merged = [{ type: 'replaced-by' as const, other: { reference: parent.patient } }];
    await written(child.patient, one => ({ ...one, link: merged }));
    const answer = await put(own, child.patient, moved);
    assert.deepEqual([answer.status, issue(answer).expression], [422, 'Patient.link'], answer.text);
    await written(child.patient, () => ({ ...before, deceasedBoolean: true }));
    for (const caller of [own, parent.caller]) assert.notEqual((await put(caller, child.patient, moved)).status, 200);
    assert.equal((await record('demo-system', child.patient)).address, undefined);
  });

  it('[RN-4] an address that is left is told, once, without a word of the record; one that stays is not', async () => {
    const { caller, patient, email: old } = await member();
    await put(caller, patient, before => ({ ...before, telecom: [email(`x${old}`), mobile] }));
    const mails = (await journey().mails(old)).filter(({ subject }) => subject === 'Another way to reach you');
    assert.equal(mails.length, 1);
    const { name } = await record(caller, patient);
    for (const word of [name?.[0]?.family ?? '', `x${old}`, '555-0123'])
      assert.ok(!withoutLinks(mails[0]?.text ?? '').includes(word), word);
    assert.equal((await journey().mails(`x${old}`)).length, 0);
    const again = await put(caller, patient, before => ({
      ...before,
      telecom: [email(`x${old}`.toUpperCase()), mobile],
    }));
    assert.equal(again.status, 200, again.text);
    assert.equal((await journey().mails(`x${old}`)).length, 0, 'the same address, written otherwise');
    await put(caller, patient, before => ({ ...before, telecom: [email(`y${old}`), ...(before.telecom ?? [])] }));
    assert.equal((await journey().mails(`x${old}`)).length, 1, 'notices no longer go there');
    await written(patient, before => ({ ...before, telecom: [email(`z${old}`)] }));
    assert.equal((await journey().mails(`y${old}`)).length, 0, 'the record system tells its patients itself');
  });

  it('[RN-4] a family shares an address: one leaves it, the others keep it', async () => {
    const [one, sibling] = [await member(), await member()];
    await written(sibling.patient, before => ({ ...before, telecom: [email(one.email)] }));
    assert.equal((await put(one.caller, one.patient, before => ({ ...before, telecom: [] }))).status, 400);
    const answer = await put(one.caller, one.patient, ({ telecom: _none, ...before }) => before);
    assert.equal(answer.status, 200, answer.text);
    assert.equal((await record(one.caller, one.patient)).telecom, undefined);
    assert.deepEqual((await record('demo-system', sibling.patient)).telecom, [email(one.email)]);
  });

  it('[RN-4] [PC-2] an invitation to an address that is left ends; one to the same number typed otherwise stays', async () => {
    const { family, given, birthDate } = stranger();
    const telecom = [{ ...mobile, value: '+1 212 555 0199' }, email(`${family}@example.org`)];
    const facts = { resourceType: 'Patient', name: [{ family, given: [given] }], birthDate, telecom };
    const { body } = await journey().expect(201, 'demo-system', 'POST', 'Patient', facts);
    const patient = `Patient/${String(body.id)}`;
    const parent = await member();
    await proxyOf(parent, patient, ['profile']);
    const { body: task } = await journey().expect(201, 'demo-ehr', 'POST', `${patient}/$invite`);
    const made = (task['parameter'] as { resource?: { id: string } }[]).find(({ resource }) => resource);
    const invitation = `Task/${String(made?.resource?.id)}`;
    const status = async () => (await journey().expect(200, 'demo-ehr', 'GET', invitation)).body['status'];
    await put(parent.caller, patient, before => ({
      ...before,
      telecom: [{ ...mobile, value: '212-555-0199' }, telecom[1]],
    }));
    assert.equal(await status(), 'requested');
    await put(parent.caller, patient, before => ({ ...before, telecom: [email('other@example.org')] }));
    assert.notEqual(await status(), 'requested');
  });
});
