/** The end of notices by the link that they carry: one request, no sign-in. https://www.rfc-editor.org/rfc/rfc8058 */
import assert from 'node:assert/strict';
import type { AuditEvent, Bundle, Patient, Person } from 'fhir/r4.js';
import type { Email } from 'postal-mime';
import { asMessage, asPerson, eachPortal, output, parameters, stranger, type Answer } from './journey.js';

const OPT_OUT = 'https://portico.health/fhir/StructureDefinition/opt-out';
const ONE_CLICK = 'List-Unsubscribe=One-Click';
const auditor = 'demo-agent as Practitioner/demo-auditor';

const header = (mail: Email | undefined, name: string): string | undefined =>
  mail?.headers.find(({ key }) => key === name)?.value;

/** The address of the link, on the server of the test. */
const linkIn = (mail: Email | undefined): string =>
  /^<https?:\/\/[^/]+(\/[^>]+)>$/.exec(header(mail, 'list-unsubscribe') ?? '')?.[1] ?? '';

eachPortal(journey => {
  before(() => journey().server.app.dispatcher.stop());

  const web = (method: string, path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(new URL(path, journey().server.portal), { method, ...init });
  const click = (path: string): Promise<Response> =>
    web('POST', path, { body: ONE_CLICK, headers: { 'content-type': 'application/x-www-form-urlencoded' } });

  async function member() {
    const person = stranger();
    const account = asPerson(await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$enroll', parameters(person)));
    const [mail] = await journey().mails(person.email);
    return { ...person, account, mail, patient: account.link?.[0]?.target.reference ?? '' };
  }

  const system = (method: string, path: string, body?: unknown): Promise<Answer> =>
    journey().expect(200, 'demo-system', method, path, body);

  const optOuts = async (reference: string): Promise<unknown[]> => {
    const { extension = [] } = (await system('GET', reference)).body as unknown as Patient;
    return extension.filter(({ url }) => url === OPT_OUT).map(({ valueCode }) => valueCode);
  };

  const write = async (subject: string, more: object = {}): Promise<string> => {
    const coding = [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'general' }];
    const message = { resourceType: 'Communication', status: 'completed', category: [{ coding }] };
    const content = { subject: { reference: subject }, payload: [{ contentString: 'Hello' }], ...more };
    const sent = await journey().expect(201, 'demo-clinician', 'POST', 'Communication', { ...message, ...content });
    return `Communication/${asMessage(sent).id}`;
  };

  it('[PC-7] one request ends notices by e-mail: no sign-in, no page read, nothing in the way', async () => {
    const { mail, patient, email } = await member();
    assert.equal(header(mail, 'list-unsubscribe-post'), ONE_CLICK);
    const path = linkIn(mail);
    assert.match(path, /^\/preferences\?token=[\w-]+$/);
    assert.ok(!path.includes(patient.split('/')[1] ?? ''));
    const answer = await click(path);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('set-cookie'), null);
    assert.deepEqual(await optOuts(patient), ['email']);
    assert.equal((await click(path)).status, 200, 'again');
    assert.deepEqual(await optOuts(patient), ['email']);
    await write(patient);
    assert.equal((await journey().mails(email)).length, 1);
  });

  it('[PC-7] the form of a mail program, in either media type, unsubscribes; nothing of its body is needed', async () => {
    for (const body of [new FormData(), new URLSearchParams(ONE_CLICK)]) {
      if (body instanceof FormData) body.set('List-Unsubscribe', 'One-Click');
      const { mail, patient } = await member();
      assert.equal((await web('POST', linkIn(mail), { body })).status, 200);
      assert.deepEqual(await optOuts(patient), ['email']);
    }
  });

  it('[PC-7] [A11] opening the link changes nothing, however often: it shows a button, in both languages', async () => {
    const { mail, patient } = await member();
    for (const [language, direction] of [
      ['en', 'ltr'],
      ['ar', 'rtl'],
    ]) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await web(method, `${linkIn(mail)}&lang=${language}`);
        assert.equal(answer.status, 200);
        if (method === 'HEAD') continue;
        const page = await answer.text();
        assert.ok(page.includes(`<html lang="${language}" dir="${direction}">`));
        const action = /<form method="post" action="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';
        assert.ok(action.startsWith('/preferences?token='));
      }
    }
    assert.deepEqual(await optOuts(patient), []);
    assert.ok(mail?.text?.includes(linkIn(mail)), 'the link of preferences in the e-mail');
  });

  it('[PC-7] serves one purpose: no other link, no altered one', async () => {
    const { mail, patient } = await member();
    const unsubscribe = /token=([\w-]+)/.exec(linkIn(mail))?.[1] ?? '';
    const report = /not-for-me\?token=([\w-]+)/.exec(mail?.text ?? '')?.[1] ?? '';
    const altered = `${unsubscribe.slice(0, -2)}${unsubscribe.endsWith('AA') ? 'BB' : 'AA'}`;
    for (const token of [report, altered, '', 'x']) {
      const answer = await click(`/preferences?token=${token}`);
      assert.equal(answer.status, 410, token);
      await journey().expect(410, '', 'POST', 'Patient/$unsubscribe', parameters({ token: token || '-' }));
    }
    await journey().expect(410, '', 'POST', 'Task/$report-misdirected', parameters({ token: unsubscribe }));
    assert.equal((await web('POST', '/preferences')).status, 410);
    assert.equal((await web('POST', `/preferences?token=${unsubscribe}&token=${unsubscribe}`)).status, 410);
    assert.deepEqual(await optOuts(patient), []);
    journey().pass(181 * 24 * 3600_000);
    assert.equal((await click(linkIn(mail))).status, 410, 'after half a year');
    journey().pass(-181 * 24 * 3600_000);
  });

  it('[PC-7] is an operation for apps, and audited with its reason', async () => {
    const { mail, patient } = await member();
    const token = /token=([\w-]+)/.exec(linkIn(mail))?.[1] ?? '';
    const headers = { 'x-request-id': `unsubscribe-${patient.split('/')[1]}` };
    const answer = await journey().call('', 'POST', 'Patient/$unsubscribe', parameters({ token }), headers);
    assert.equal(output(answer, 'status'), 'unsubscribed', answer.text);
    const query = `AuditEvent?entity:identifier=${headers['x-request-id']}`;
    const { body } = await journey().expect(200, auditor, 'GET', query);
    const [event] = ((body as unknown as Bundle<AuditEvent>).entry ?? []).map(({ resource }) => resource);
    assert.deepEqual(
      event?.purposeOfEvent?.map(({ text }) => text),
      ['unsubscription from notices'],
    );
    assert.ok(!JSON.stringify(event).includes(token));
  });

  it('[PC-7] who is invited without a record unsubscribes their address: no later invitation goes there', async () => {
    const person = stranger();
    await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters(person));
    const [mail] = await journey().mails(person.email);
    assert.equal((await click(linkIn(mail))).status, 200);
    const again = await journey().call('demo-ehr', 'POST', 'Patient/$invite', parameters(person));
    assert.equal(again.status, 422, again.text);
    const other = parameters({ ...person, email: `other.${person.email}` });
    await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', other);
  });

  it('[PC-7] a link in an e-mail of a record that was merged away stands for the record in force', async () => {
    const { family, given, birthDate, email } = stranger();
    const content = {
      ...{ resourceType: 'Patient', name: [{ family, given: [given] }], birthDate },
      telecom: [{ system: 'email', value: email }],
    };
    const { body } = await journey().expect(201, 'demo-system', 'POST', 'Patient', content);
    const patient = `Patient/${String(body.id)}`;
    await journey().expect(201, 'demo-ehr', 'POST', `${patient}/$invite`, parameters({ channel: 'email' }));
    const [mail] = await journey().mails(email);
    const kept = await journey().expect(201, 'demo-system', 'POST', 'Patient', content);
    const other = { reference: `Patient/${kept.body.id}` };
    await system('PUT', patient, { ...body, active: false, link: [{ type: 'replaced-by', other }] });
    assert.equal((await click(linkIn(mail))).status, 200);
    assert.deepEqual(await optOuts(other.reference), ['email']);
  });

  it('[PC-7] a proxy without a record unsubscribes on their account, and for nobody else', async () => {
    const { patient, email } = await member();
    const related = { resourceType: 'RelatedPerson', active: true, patient: { reference: patient } };
    const { body } = await journey().expect(201, 'demo-system', 'POST', 'RelatedPerson', related);
    const reference = `RelatedPerson/${body.id}`;
    const address = `proxy.${email}`;
    const account: Person = {
      ...{ resourceType: 'Person', active: true, telecom: [{ system: 'email', value: address }] },
      link: [{ target: { reference } }],
    };
    const made = await journey().expect(201, 'demo-system', 'POST', 'Person', account);
    await write(patient, { recipient: [{ reference }] });
    const [mail] = await journey().mails(address);
    assert.equal((await click(linkIn(mail))).status, 200);
    assert.deepEqual([await optOuts(`Person/${made.body.id}`), await optOuts(patient)], [['email'], []]);
    await write(patient, { recipient: [{ reference }] });
    assert.equal((await journey().mails(address)).length, 1);
  });

  it('[PC-7] who unsubscribed and changes their mind sets it back', async () => {
    const { mail, patient, account, email } = await member();
    await click(linkIn(mail));
    const { body } = await system('GET', patient);
    const { extension: _none, ...before } = body;
    await journey().expect(200, `demo-patient as Person/${account.id}`, 'PUT', patient, before);
    await write(patient);
    assert.equal((await journey().mails(email)).length, 2);
  });
});
