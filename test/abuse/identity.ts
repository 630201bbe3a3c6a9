/** Identity that rides along: what a message says of persons beside the references that the server has checked. */
import assert from 'node:assert/strict';
import { asMessage, issue, type Journey } from '../portal/journey.js';
import { group, message, refusing, to } from './messages.js';
import { bare, clinician, entriesOf, few, FIRST, first, secret, SECOND, system } from './ward.js';

export function identities(journey: () => Journey): void {
  const refused = refusing(journey);

  describe('identity in messages', () => {
    it('[E03] signs notes itself, with the time, and knows nothing of receipt', async () => {
      const claim = { extension: [{ url: 'urn:example:claim', valueString: 'x' }] };
      const note = [{ time: '2001-01-01T00:00:00Z', text: 'x' }];
      const forged = { received: '2001-01-01T00:00:00Z', _received: claim, _sent: claim, note };
      for (const [caller, author] of [
        [first, `Patient/${FIRST}`],
        [clinician, 'Practitioner/demo-clinician'],
      ] as const) {
        const made = asMessage(
          await journey().expect(201, caller, 'POST', 'Communication', message({ ...to(FIRST), ...forged })),
        );
        assert.deepEqual([made.received, made._received, made._sent], [undefined, undefined, undefined]);
        assert.deepEqual(made.note, [{ authorReference: { reference: author }, time: made.sent, text: 'x' }]);
      }
    });

    it('[B23] [E03] no identity of another rides along with a reference of a message or its work item', async () => {
      const ids = 'http://portal.example/ids';
      const other = { identifier: { system: ids, value: secret }, display: `Zora ${secret}`, type: 'Patient' };
      const named = (reference: string) => ({ reference, ...other });
      const forged = message({
        subject: named(`Patient/${FIRST}`),
        sender: named(`Patient/${FIRST}`),
        recipient: [named('Organization/demo-clinical-group')],
        about: [named(`Patient/${FIRST}`)],
        note: [{ authorReference: named(`Patient/${FIRST}`), text: 'x' }],
        extension: [{ url: 'urn:example:of', valueReference: named(`Patient/${FIRST}`) }],
      });
      const made = await journey().expect(201, first, 'POST', 'Communication', forged);
      assert.ok(!made.text.includes(secret), made.text);
      const id = String(made.body.id);
      const work = await journey().expect(200, system, 'GET', `Task?focus=Communication/${id}`);
      assert.equal(entriesOf(work).length, 1);
      assert.ok(!work.text.includes(secret), work.text);
      for (const query of [
        'Communication?subject',
        'Communication?sender',
        'Communication?recipient',
        'Task?patient',
      ]) {
        const found = await journey().expect(200, system, 'GET', `${query}:identifier=${ids}|${secret}`);
        assert.deepEqual(entriesOf(found), [], query);
      }
      const staffs = await journey().expect(201, clinician, 'POST', 'Communication', {
        ...forged,
        ...{ note: undefined, sender: undefined },
      });
      assert.ok(!staffs.text.includes(secret), staffs.text);
    });

    it('[B23] [E03] nobody is named by an identifier, a name or a contained resource alone', async () => {
      const other = { identifier: { system: 'http://portal.example/ids', value: secret } };
      for (const [element, expression] of few<[object, string]>(journey(), [
        [{ recipient: [group, other] }, 'Communication.recipient[1]'],
        [{ about: [other] }, 'Communication.about[0]'],
        [{ encounter: { display: 'Zora' } }, 'Communication.encounter'],
        [{ payload: [{ contentReference: other }] }, 'Communication.payload[0].contentReference'],
        [
          { contained: [{ resourceType: 'Patient', id: 'p' }], about: [{ reference: '#p' }] },
          'Communication.contained',
        ],
      ])) {
        const answer = await refused(422, first, message({ ...to(FIRST), ...element }));
        assert.equal(issue(answer).expression, expression);
      }
      await refused(422, clinician, message({ ...to(FIRST), recipient: [other] }));
      const nobody = { identifier: { system: 'http://portal.example/ids', value: 'nobody' } };
      await refused(422, clinician, message({ subject: nobody }));
      await refused(403, first, message({ subject: other }));
    });

    it('[B27] [E11] a message links files of its own patient alone; hidden ones are as absent ones', async () => {
      const file = (url: string) => ({ payload: [{ contentAttachment: { contentType: 'text/plain', url } }] });
      const binary = (of: string) => `Binary/${of}-attachment`;
      const linking = (url: string) => message({ ...to(FIRST), ...file(url) });
      await journey().expect(201, first, 'POST', 'Communication', linking(binary(FIRST)));
      // Of a message that the clinician does not see.
      await refused(422, clinician, linking(binary(FIRST)));
      const answer = await refused(422, first, linking(binary(SECOND)));
      assert.equal(issue(answer).expression, 'Communication.payload[0].content.url');
      assert.equal(bare(answer, SECOND), bare(await refused(422, first, linking(binary('zqnil'))), 'zqnil'));
      await refused(422, first, linking(`${journey().server.portal}/${binary(SECOND)}/_history/1`));
      await refused(422, clinician, linking(binary(SECOND)));
      const fullUrl = 'urn:uuid:0b1f3c52-7a0e-4c0c-9d0f-5a9b0a4a7f11';
      const own = {
        resourceType: 'Binary',
        contentType: 'text/plain',
        securityContext: to(FIRST).subject,
        data: 'eA==',
      };
      const entry = [
        { request: { method: 'POST', url: 'Communication' }, resource: linking(fullUrl) },
        { fullUrl, request: { method: 'POST', url: 'Binary' }, resource: own },
      ];
      await journey().expect(200, first, 'POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
    });
  });
}
