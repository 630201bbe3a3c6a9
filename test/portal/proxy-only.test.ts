/** Members who act for others alone have no inbox of their own: messages are about their principals, and are found there. */
import assert from 'node:assert/strict';
import { eachPortal } from './journey.js';
import { asCaller, ehr, linked, make, member, proxyOnly, system, unlink } from './relations.js';

const words = { resourceType: 'Communication', status: 'completed', payload: [{ contentString: 'x' }] };
const sender = { reference: 'Organization/demo-clinical-group' };

describe('a member who acts for others alone', () => {
  eachPortal(journey => {
    it('[MSG-8] finds the messages of the principal, and none of their own', async () => {
      const ruth = await member(journey(), 'Ruth');
      const account = await proxyOnly(journey(), ruth.patient);
      const who = asCaller(account);
      const message = await make(journey(), { ...words, sender, subject: { reference: ruth.patient } });
      const total = async (query: string): Promise<unknown> =>
        (await journey().expect(200, who, 'GET', `Communication?_summary=count${query}`)).body['total'];
      assert.equal(await total(`&subject=${ruth.patient}`), 1);
      assert.equal(await total(''), 1);
      for (const own of [
        `recipient=${account}`,
        `sender=${account}`,
        `subject:Patient=${account.slice('Person/'.length)}`,
      ])
        assert.equal(await total(`&${own}`), 0, own);
      await journey().expect(200, who, 'GET', message);
    });

    it('[MSG-8] nobody writes to such a member, but about a principal', async () => {
      const ruth = await member(journey(), 'Ruth');
      const account = await proxyOnly(journey(), ruth.patient);
      for (const parties of [
        { subject: { reference: account } },
        { subject: { reference: ruth.patient }, recipient: [{ reference: account }] },
      ]) {
        const refused = await journey().call(system, 'POST', 'Communication', { ...words, sender, ...parties });
        assert.ok([400, 422].includes(refused.status), refused.text);
      }
      const question = { ...words, recipient: [sender], subject: { reference: account } };
      assert.ok(
        [400, 403, 422].includes((await journey().call(asCaller(account), 'POST', 'Communication', question)).status),
      );
    });

    it('[MSG-8] with the last principal the inbox is empty, and nothing is written any more', async () => {
      const [ruth, ben] = [await member(journey(), 'Ruth'), await member(journey(), 'Ben')];
      const account = await proxyOnly(journey(), ruth.patient);
      const who = asCaller(account);
      const second = await linked(journey(), { principal: ben.patient, proxy: account }, ehr);
      for (const { patient } of [ruth, ben])
        await make(journey(), { ...words, sender, subject: { reference: patient } });
      const total = async () => (await journey().expect(200, who, 'GET', 'Communication?_summary=count')).body['total'];
      assert.equal(await total(), 2);
      await unlink(journey(), who, second.id);
      assert.equal(await total(), 1);
      const [first] = (await journey().expect(200, system, 'GET', `RelatedPerson?patient=${ruth.patient}`)).body[
        'entry'
      ] as unknown as [{ resource: { id: string } }];
      await unlink(journey(), who, first.resource.id);
      assert.equal(await total(), 0);
      const question = { ...words, recipient: [sender], subject: { reference: ruth.patient } };
      assert.equal((await journey().call(who, 'POST', 'Communication', question)).status, 403);
    });
  });
});
