/** Wordings of notices as resources: written by administrators, in force with the next notice. */
import assert from 'node:assert/strict';
import type { ActivityDefinition, Bundle, OperationOutcome } from 'fhir/r4.js';
import { startTestServer } from '../fixtures/server.js';
import { eachPortal, issue, parameters, stranger, type Answer } from './journey.js';
import { manager, wording, type Words } from './wording-resources.js';

const TYPE = 'ActivityDefinition';

eachPortal(journey => {
  const made: string[] = [];

  async function add(resource: ActivityDefinition, who = manager): Promise<Answer> {
    const answer = await journey().call(who, 'POST', TYPE, resource);
    if (answer.status === 201) made.push(`${TYPE}/${answer.body.id}`);
    return answer;
  }

  /** Invites somebody, and gives the e-mail that they got. */
  async function mailOf(more: Record<string, string>) {
    const person = stranger();
    await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters({ ...person, ...more }));
    const [mail] = await journey().mails(person.email);
    assert.ok(mail);
    return mail;
  }

  afterEach(async () => {
    for (const one of made.splice(0)) await journey().call(manager, 'DELETE', one);
  });

  it('[RN-1] those of the installation are resources, which tell the parameters that they may show', async () => {
    const { body } = await journey().expect(200, manager, 'GET', `${TYPE}?status=active&_count=50`);
    const found = ((body as unknown as Bundle<ActivityDefinition>).entry ?? []).map(({ resource }) => resource!);
    const ids = found.map(({ id }) => id);
    for (const id of ['notice-invitation', 'notice-invitation-visit', 'notice-new-message']) {
      assert.ok(ids.includes(id), id);
    }
    const invitation = JSON.stringify(found.find(({ id }) => id === 'notice-invitation'));
    for (const said of ['"valueCode":"until"', '"valueCode":"ar"', 'You are invited']) {
      assert.ok(invitation.includes(said), said);
    }
  });

  it('[RN-1] an invitation of a topic has its words, by topic and language, then topic and default language', async () => {
    const answer = await add(
      wording('invitation', 'surgery', {
        en: {
          subject: 'Your surgery',
          text: 'Dear {{ given | initial }}, {{ link }}',
          html: '<p>Dear <a href="{{ link }}">you</a></p>',
        },
        fr: { subject: 'Votre opération' },
      }),
    );
    assert.equal(answer.status, 201, answer.text);
    assert.equal((await mailOf({ topic: 'surgery' })).subject, 'Your surgery');
    const french = { language: 'fr-CA', topic: 'surgery' };
    assert.equal((await mailOf(french)).subject, 'Your surgery', 'not enabled');
    const arabic = await mailOf({ language: 'ar', topic: 'surgery' });
    assert.equal(arabic.subject, 'Your surgery', 'topic and default language before event and language');
    assert.match(arabic.html ?? '', /<div lang="en" dir="ltr"/);
    assert.equal((await mailOf({ language: 'ar-LB' })).subject, 'دعوة إلى بوابة المرضى الخاصة بك');
    const { text = '', html = '' } = await mailOf({ topic: 'surgery' });
    assert.match(text, /^Dear A\., http\S+\/invitation#/);
    assert.match(html, /<p>Dear <a href="http[^"]+#[^"]+">you<\/a><\/p>/);
  });

  it('[RN-1] those of the installation are worded anew, and come back where the new words go', async () => {
    const path = `${TYPE}/notice-invitation`;
    const before = await journey().expect(200, manager, 'GET', path);
    const own = wording('invitation', undefined, { en: { subject: 'Come in' } }, { id: 'notice-invitation' });
    await journey().expect(200, manager, 'PUT', path, own, { 'if-match': before.headers.get('etag') ?? '' });
    assert.equal((await mailOf({})).subject, 'Come in');
    assert.equal((await mailOf({ language: 'ar' })).subject, 'Come in', 'event and default language');
    await journey().expect(200, manager, 'PUT', path, { ...own, status: 'retired' });
    assert.equal((await mailOf({})).subject, 'You are invited to your patient portal');
    await journey().expect(200, manager, 'PUT', path, before.body);
    assert.equal((await mailOf({ language: 'ar' })).subject, 'دعوة إلى بوابة المرضى الخاصة بك');
  });

  it('[RN-1] a topic without a wording is refused, and nobody is invited', async () => {
    const person = stranger();
    const call = () =>
      journey().call('demo-ehr', 'POST', 'Patient/$invite', parameters({ ...person, topic: 'transplant' }));
    const refused = await call();
    assert.equal(refused.status, 422, refused.text);
    assert.equal(issue(refused).expression, "Parameters.parameter.where(name='topic')");
    assert.deepEqual(await journey().mails(person.email), []);
    const { body } = await add(wording('invitation', 'transplant', { en: {} }));
    assert.equal((await call()).status, 201);
    await journey().expect(204, manager, 'DELETE', `${TYPE}/${body.id}`);
    assert.equal((await call()).status, 422);
  });

  it('[RN-1] a wording is in force with the next notice of every process', async () => {
    const other = await startTestServer({ storage: journey().storage });
    try {
      const resource = await fetch(`${other.portal}/${TYPE}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${other.token('demo-system')}`, 'content-type': 'application/fhir+json' },
        body: JSON.stringify(wording('invitation', 'elsewhere', { en: { subject: 'From elsewhere' } })),
      });
      assert.equal(resource.status, 201);
      made.push(`${TYPE}/${((await resource.json()) as ActivityDefinition).id}`);
      assert.equal((await mailOf({ topic: 'elsewhere' })).subject, 'From elsewhere');
    } finally {
      await other.close();
    }
  });

  it('[RN-1] a wrong wording is refused with its FHIRPath and line, and nothing changes', async () => {
    const at = (name: string): string => `ActivityDefinition.extension[0].extension.where(url = '${name}').value`;
    const wrong: [Words, string, number][] = [
      [{ text: 'one\ntwo {{ diagnosis }}' }, at('text'), 2],
      [{ text: '{{ link.length }}' }, at('text'), 1],
      [{ html: '<p>\n\n{{ link | raw }}</p>' }, at('html'), 3],
      [{ html: '<p>a</p>\n<script>alert(1)</script>' }, at('html'), 2],
      [{ html: '<p onclick="x()">a</p>' }, at('html'), 1],
      [{ html: '<a href="javascript:alert(1)">a</a>' }, at('html'), 1],
      [{ html: '<img src="https://evil.example.org/x.png">' }, at('html'), 1],
      [{ text: 'a\n{% if given %}b' }, at('text'), 2],
      [{ text: '{{ link' }, at('text'), 1],
      [{ text: '{% for i in (1..1000000000) %}x{% endfor %}' }, at('text'), 1],
      [{ text: "{% include '../package.json' %}" }, at('text'), 1],
      [{ text: `{% assign a = 'x' %}\n${'{% assign a = a | append: a %}'.repeat(60)}{{ a }}` }, at('text'), 2],
      [{ text: `{% assign a = 'xxxxxxxxxx' %}\n${'{% assign a = a | append: a %}'.repeat(15)}` }, at('text'), 2],
      [{ text: `{% assign a = '${'x'.repeat(1000)}' %}${'{{ a }}'.repeat(101)}` }, at('text'), 1],
      [{ text: 'x'.repeat(20_001) }, at('text'), 1],
      [{ sms: 'x'.repeat(1001) }, at('sms'), 1],
      [{ subject: 'Your code {{ code }}' }, at('subject'), 1],
    ];
    for (const [words, expression, line] of wrong) {
      const answer = await add(wording('invitation', 'wrong', { en: words }));
      const [first] = (answer.body as unknown as OperationOutcome).issue;
      assert.equal(answer.status, 422, JSON.stringify(words).slice(0, 80) + answer.text);
      assert.deepEqual([first?.code, first?.expression], ['business-rule', [expression]], answer.text);
      assert.match(first?.diagnostics ?? '', new RegExp(`, line ${line}: `), answer.text);
    }
    const { body } = await journey().expect(200, manager, 'GET', `${TYPE}?topic=wrong`);
    assert.equal(body['total'], 0);
  });

  it('[RN-1] a wording is of a known event, in languages, with parameters of its event', async () => {
    const parameter = {
      url: 'https://portico.health/fhir/StructureDefinition/notice-parameter',
      extension: [{ url: 'name', valueCode: 'diagnosis' }],
    };
    const good = wording('new-message', undefined, { en: {} }, { status: 'draft' });
    const wrong: [ActivityDefinition, string][] = [
      [wording('birthday', undefined, { en: {} }), 'ActivityDefinition.code'],
      [wording('new-message', 'visit', { en: {} }), 'ActivityDefinition.topic'],
      [wording('invitation', 'No Code', { en: {} }), 'ActivityDefinition.topic'],
      [wording('invitation', 'x', { 'no such': {} }), 'ActivityDefinition.extension[0]'],
      [{ ...good, extension: [...good.extension!, parameter] }, 'ActivityDefinition.extension[1]'],
      [{ ...good, extension: [...good.extension!, ...good.extension!] }, 'ActivityDefinition.extension[1]'],
      [{ ...good, kind: 'Task' }, 'ActivityDefinition.kind'],
    ];
    for (const [resource, expression] of wrong) {
      const answer = await add(resource);
      assert.equal(answer.status, 422, answer.text);
      assert.equal(issue(answer).expression, expression, answer.text);
    }
  });

  it('[RN-1] of one event and topic one wording is active, whoever is faster', async () => {
    const draft = wording('invitation', 'twice', { en: {} }, { status: 'draft' });
    assert.deepEqual([(await add(draft)).status, (await add(draft)).status], [201, 201]);
    const answers = await Promise.all([1, 2, 3].map(() => add({ ...draft, status: 'active' })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 422, 422]);
    const again = await add(wording('new-message', undefined, { en: {} }));
    assert.deepEqual([again.status, issue(again).code], [422, 'duplicate']);
    assert.match(again.text, /ActivityDefinition\/notice-new-message/);
  });

  it('[RN-1] wordings are written by configuration managers and by systems, and by nobody else', async () => {
    const resource = wording('invitation', 'whose', { en: {} });
    for (const who of ['demo-patient', 'demo-clinician', 'demo-agent']) {
      const { status } = await add(resource, who);
      assert.ok(status === 403 || status === 405, `${who} ${status}`);
    }
    assert.equal((await add(resource, 'demo-system')).status, 201);
    assert.ok([403, 404].includes((await journey().call('demo-patient', 'GET', `${TYPE}/notice-invitation`)).status));
  });
});
