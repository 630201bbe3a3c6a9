/** Refusals say why in the language of their reader. */
import assert from 'node:assert/strict';
import type { Basic, OperationOutcome } from 'fhir/r4.js';
import { eachPortal, parameters, stranger, type Answer } from './journey.js';
import { manager } from './wording-resources.js';

const OWN = 'https://portico.health/fhir';
const arabic = { 'accept-language': 'ar-LB, en;q=0.5' };

const firstOf = ({ body }: Answer): OperationOutcome['issue'][number] =>
  (body as unknown as OperationOutcome).issue[0]!;
const textOf = (answer: Answer): string | undefined => firstOf(answer).details?.text;

eachPortal(journey => {
  it('[RN-29] [RN-10] to people, beside what developers read, the same for hidden and absent', async () => {
    const { server } = journey();
    const read = (id: string, headers = {}) =>
      journey().call('demo-patient', 'GET', `Patient/${id}`, undefined, headers);
    const hidden = await read('demo-harold-brookfield', arabic);
    assert.equal(hidden.status, 404);
    assert.equal(textOf(hidden), 'لا يوجد شيء كهذا هنا.');
    assert.equal(hidden.text.replaceAll('demo-harold-brookfield', 'nobody'), (await read('nobody', arabic)).text);
    const english = await read('nobody');
    assert.equal(textOf(english), 'There is no such thing here.');
    assert.equal(
      firstOf(english).diagnostics,
      firstOf(hidden).diagnostics?.replace('demo-harold-brookfield', 'nobody'),
    );
    const nobody = await fetch(`${server.portal}/Patient/x`, { headers: arabic });
    assert.equal(nobody.status, 401);
    assert.match(await nobody.text(), /يُرجى تسجيل الدخول/);
  });

  it('[RN-29] to no system that does not ask for a language', async () => {
    const call = (headers = {}) => journey().call('demo-system', 'GET', 'Patient/nobody', undefined, headers);
    assert.equal(firstOf(await call()).details, undefined);
    assert.equal(textOf(await call(arabic)), 'لا يوجد شيء كهذا هنا.');
  });

  it('[RN-29] in a batch too, and where an open operation refuses', async () => {
    const entry = [{ request: { method: 'GET', url: 'Patient/nobody' } }];
    const batch = { resourceType: 'Bundle', type: 'batch', entry };
    const { text } = await journey().expect(200, 'demo-patient', 'POST', '', batch, arabic);
    assert.match(text, /لا يوجد شيء كهذا هنا/);
    const person = stranger();
    await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters({ ...person }));
    const [code = ''] = await journey().codes(person.email);
    for (const [facts, status, said] of [
      [{ code, birthDate: '1901-01-01' }, 422, 'فيه ما ليس صحيحًا. لم يتغير شيء.'],
      [{ code: 'none', birthDate: '1901-01-01' }, 410, 'لم يعد هذا موجودًا، أو لم يعد استخدامه ممكنًا.'],
    ] as const) {
      const answer = await journey().call('', 'POST', 'Patient/$redeem-invitation', parameters(facts), arabic);
      assert.deepEqual([answer.status, textOf(answer)], [status, said], answer.text);
    }
  });

  it('[RN-24] [RN-29] of what is switched off they say that it is, and administrators word it anew', async () => {
    const basic = (code: string): Basic => ({
      resourceType: 'Basic',
      code: { coding: [{ system: `${OWN}/CodeSystem/basic-type`, code }] },
    });
    const extension = [
      {
        url: `${OWN}/StructureDefinition/portal-settings`,
        extension: [{ url: 'documents', valueBoolean: false }],
      },
    ];
    const configuration = { ...basic('portal-configuration'), id: 'portal-configuration' };
    const path = 'Basic/portal-configuration';
    await journey().expect(200, manager, 'PUT', path, { ...configuration, extension });
    const off = () => journey().expect(403, 'demo-patient', 'GET', 'DocumentReference/any', undefined, arabic);
    assert.equal(textOf(await off()), 'مقدّم الرعاية الصحية لا يتيح هذا حاليًا.');
    const parts = [
      { url: 'key', valueCode: 'outcomeSwitchedOff' },
      { url: 'text', valueString: 'غير متاح.' },
    ];
    const translation = {
      ...basic('portal-translation'),
      language: 'ar',
      extension: [{ url: `${OWN}/StructureDefinition/portal-text`, extension: parts }],
    };
    const { body } = await journey().expect(201, manager, 'POST', 'Basic', translation);
    assert.equal(textOf(await off()), 'غير متاح.');
    await journey().expect(204, manager, 'DELETE', `Basic/${body.id}`);
    await journey().expect(200, manager, 'PUT', path, configuration);
  });
});
