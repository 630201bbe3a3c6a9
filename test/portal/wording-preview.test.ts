/** ActivityDefinition/$preview: what a reader would get, without sending it. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ActivityDefinition, Parameters } from 'fhir/r4.js';
import { eachPortal, issue, output, type Answer } from './journey.js';
import { manager, wording } from './wording-resources.js';

const TYPE = 'ActivityDefinition';

eachPortal(journey => {
  const preview = (
    resource: ActivityDefinition,
    more: Parameters['parameter'] = [],
    who = manager,
  ): Promise<Answer> => {
    const parameter = [{ name: 'wording', resource }, ...more];
    return journey().call(who, 'POST', `${TYPE}/$preview`, { resourceType: 'Parameters', parameter });
  };

  const said = (answer: Answer, part: string): string => String(output(answer, part));

  it('[RN-1] [RN-10] renders a stored wording for a sample, in the language asked for, and sends nothing', async () => {
    const answer = await journey().expect(200, manager, 'GET', `${TYPE}/notice-invitation/$preview?language=ar-LB`);
    assert.equal(said(answer, 'language'), 'ar');
    assert.equal(said(answer, 'subject'), 'دعوة إلى بوابة المرضى الخاصة بك');
    assert.match(said(answer, 'html'), /<div lang="ar" dir="rtl"/);
    assert.match(said(answer, 'text'), /مرحبًا D\.،/);
    assert.match(said(answer, 'text'), /ABCD-EFGH/);
    assert.match(said(answer, 'sms'), /بوابة المرضى: https:\/\/portal\.example\.org\/invitation#ABCD-EFGH$/);
    await journey().server.app.dispatcher.idle();
    assert.deepEqual(await readdir(join(journey().server.folder, 'mail')).catch(() => []), []);
  });

  it('[RN-1] renders one that is not stored, for a patient whom the caller sees, in their language', async () => {
    const own = wording('invitation', 'surgery', {
      en: { subject: 'Hello {{ given }}', text: 'By {{ until | day }}: {{ link }}' },
      ar: { subject: 'مرحبًا {{ given | initial }}' },
    });
    const patient = [{ name: 'patient', valueReference: { reference: 'Patient/demo-harold-brookfield' } }];
    const { body: harold } = await journey().expect(200, 'demo-system', 'GET', 'Patient/demo-harold-brookfield');
    const given = (harold as unknown as { name: { given: string[] }[] }).name[0]?.given[0];
    const answer = await preview(own, patient, 'demo-system');
    assert.equal(answer.status, 200, answer.text);
    assert.equal(said(answer, 'subject'), `Hello ${given}`);
    assert.match(said(answer, 'text'), /^By January 31, 2030: https:/);
    const layla = [{ name: 'patient', valueReference: { reference: 'Patient/demo-layla-haddad' } }];
    assert.equal(said(await preview(own, layla, 'demo-system'), 'subject'), 'مرحبًا ل.');
    const english = await preview(own, [...layla, { name: 'language', valueCode: 'en' }], 'demo-system');
    assert.equal(said(english, 'subject'), 'Hello ليلى');
    const { body } = await journey().expect(200, manager, 'GET', `${TYPE}?topic=surgery`);
    assert.equal(body['total'], 0);
  });

  it('[RN-1] shows nothing of a patient whom the caller does not see: hidden and absent are alike', async () => {
    const own = wording('invitation', 'surgery', { en: { subject: 'Hello {{ given }}' } });
    const about = (reference: string) => preview(own, [{ name: 'patient', valueReference: { reference } }]);
    const [hidden, absent] = [await about('Patient/demo-harold-brookfield'), await about('Patient/nobody')];
    assert.deepEqual([hidden.status, absent.status], [404, 404]);
    assert.equal(hidden.text, absent.text);
    assert.equal((await about('Practitioner/demo-agent')).text, absent.text);
  });

  it('[RN-1] refuses a wording that would not be stored, and one too many or too few', async () => {
    const wrong = wording('invitation', 'surgery', { en: { text: 'a\n{{ diagnosis }}' } });
    const answer = await preview(wrong);
    assert.equal(answer.status, 422, answer.text);
    assert.equal(issue(answer).expression, "ActivityDefinition.extension[0].extension.where(url = 'text').value");
    assert.equal((await preview({ ...wrong, kind: 'Task' })).status, 422);
    assert.equal((await journey().call(manager, 'GET', `${TYPE}/$preview`)).status, 400);
    assert.equal((await journey().call(manager, 'GET', `${TYPE}/nothing/$preview`)).status, 404);
  });

  it('[RN-1] is for configuration managers and for systems with its scope', async () => {
    const path = `${TYPE}/notice-invitation/$preview`;
    for (const who of ['demo-patient', 'demo-clinician', 'demo-ehr']) {
      assert.equal((await journey().call(who, 'GET', path)).status, 403, who);
    }
    await journey().expect(200, 'demo-system', 'GET', path);
  });

  it('[RN-1] makes HTML of the text, and a text message of subject and link, where they are left out', async () => {
    const answer = await preview(
      wording('new-message', undefined, { en: { subject: 'A & B', text: 'One <b>\n\nTwo {{ link }}' } }),
    );
    assert.match(said(answer, 'html'), /<p>One &lt;b&gt;<\/p>\s*<p>Two https:\/\/portal\.example\.org\/messages<\/p>/);
    assert.equal(said(answer, 'sms'), 'A & B: https://portal.example.org/messages');
  });
});
