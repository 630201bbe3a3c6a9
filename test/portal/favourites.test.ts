/** The favourites of a patient: a List of those whom they write to. */
import assert from 'node:assert/strict';
import type { Bundle, List } from 'fhir/r4.js';
import { eachPortal, issue, type Answer, type Caller } from './journey.js';
import { asCaller, make, member, proxyOnly, type Member } from './relations.js';
import { familyOf } from './proxies.js';

const OWN = 'https://portico.health/fhir';
const GROUP = 'Organization/demo-clinical-group';
const SERVICE = 'HealthcareService/demo-family-medicine';
const DOCTOR = 'PractitionerRole/demo-clinician-clinician';

const listOf = (patient: string, ...items: string[]): List => ({
  resourceType: 'List',
  status: 'current',
  mode: 'working',
  code: { coding: [{ system: `${OWN}/CodeSystem/list-type`, code: 'favourites' }] },
  subject: { reference: patient },
  entry: items.map(reference => ({ item: { reference } })),
});

const itemsIn = ({ body }: Answer): (string | undefined)[] =>
  ((body as unknown as List).entry ?? []).map(({ item }) => item.reference);

describe('favourites', () => {
  eachPortal(journey => {
    const post = (who: Caller, list: List): Promise<Answer> => journey().call(who, 'POST', 'List', list);
    const put = (who: Caller, id: unknown, list: List): Promise<Answer> =>
      journey().call(who, 'PUT', `List/${String(id)}`, { ...list, id: String(id) });
    async function found(who: Caller, query: string): Promise<string[]> {
      const { body } = await journey().expect(200, who, 'GET', query);
      return ((body as unknown as Bundle).entry ?? []).map(
        ({ resource }) => `${resource?.resourceType}/${resource?.id}`,
      );
    }
    const withList = async (name: string, ...items: string[]): Promise<{ ruth: Member; id: string }> => {
      const ruth = await member(journey(), name);
      const made = await journey().expect(201, ruth.who, 'POST', 'List', listOf(ruth.patient, ...items));
      return { ruth, id: String(made.body.id) };
    };

    it('[RN-25] are kept by the patient, and found in the directory', async () => {
      const { ruth, id } = await withList('Ruth', DOCTOR, GROUP);
      assert.deepEqual(await found(ruth.who, `PractitionerRole?_list=${id}`), [DOCTOR]);
      assert.deepEqual(await found(ruth.who, `Organization?_list=${id}&accepts-messages=general`), [GROUP]);
      const changed = await put(ruth.who, id, listOf(ruth.patient, SERVICE, GROUP));
      assert.equal(changed.status, 200, changed.text);
      assert.deepEqual(itemsIn(changed), [SERVICE, GROUP], 'in the order of the patient');
      assert.deepEqual(await found(ruth.who, `PractitionerRole?_list=${id}`), []);
      assert.equal((await journey().call(ruth.who, 'DELETE', `List/${id}`)).status, 204);
      assert.equal((await post(ruth.who, listOf(ruth.patient, GROUP))).status, 201, 'and then begun anew');
    });

    it('[RN-25] are one list a patient, however many are made at once', async () => {
      const ruth = await member(journey(), 'Ruth');
      const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => post(ruth.who, listOf(ruth.patient, GROUP))));
      assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 409, 409, 409, 409, 409]);
      assert.equal((await found(ruth.who, 'List')).length, 1);
    });

    it('[RN-25] [MSG-9] hold nobody to whom no message goes; who has left stays, is told apart, and cannot be written to', async () => {
      const practitioner = await make(journey(), {
        resourceType: 'Practitioner',
        active: true,
        name: [{ family: 'Leaver' }],
      });
      const role = { resourceType: 'PractitionerRole', active: true, organization: { reference: GROUP } };
      const leaver = await make(journey(), { ...role, practitioner: { reference: practitioner } });
      const { ruth, id } = await withList('Ruth', leaver, GROUP);
      const { body } = await journey().expect(200, 'demo-system', 'GET', leaver);
      await journey().expect(200, 'demo-system', 'PUT', leaver, { ...body, active: false });
      const kept = await put(ruth.who, id, listOf(ruth.patient, SERVICE, leaver));
      assert.equal(kept.status, 200, kept.text);
      assert.deepEqual(await found(ruth.who, `PractitionerRole?_list=${id}`), [leaver]);
      assert.deepEqual(await found(ruth.who, `PractitionerRole?_list=${id}&accepts-messages=general`), []);
      const category = [{ coding: [{ system: `${OWN}/CodeSystem/message-category`, code: 'general' }] }];
      const question = {
        resourceType: 'Communication',
        status: 'completed',
        category,
        payload: [{ contentString: 'x' }],
      };
      const written = await journey().call(ruth.who, 'POST', 'Communication', {
        ...question,
        recipient: [{ reference: leaver }],
      });
      assert.equal(written.status, 422);
      await put(ruth.who, id, listOf(ruth.patient, SERVICE));
      const again = await put(ruth.who, id, listOf(ruth.patient, SERVICE, leaver));
      assert.deepEqual([again.status, issue(again).expression], [422, 'List.entry[1].item']);
      const ben = await member(journey(), 'Ben');
      const [other, absent] = [
        await post(ben.who, listOf(ruth.patient, GROUP)),
        await post(ben.who, listOf('Patient/absent', GROUP)),
      ];
      assert.deepEqual(
        [other.status, issue(other)],
        [422, issue(absent)],
        'nor are they another’s to write, or to learn of',
      );
    });

    it('[RN-25] refused: twice the same, other things, too many, what no profile allows; displays are dropped', async () => {
      const ruth = await member(journey(), 'Ruth');
      const list = listOf(ruth.patient, GROUP);
      const refused: [List, string][] = [
        [listOf(ruth.patient, GROUP, GROUP), 'List.entry[1].item'],
        [listOf(ruth.patient, 'Organization/demo-workflow-group'), 'List.entry[0].item'],
        [listOf(ruth.patient, ruth.patient), 'List.entry[0].item'],
        [listOf(ruth.patient, ...Array.from({ length: 201 }, () => GROUP)), 'List.entry'],
        [{ ...list, code: { text: 'favourites' } }, 'List.code'],
        [{ ...list, status: 'retired' }, 'List.status'],
      ];
      for (const [one, expression] of refused) {
        const answer = await post(ruth.who, one);
        assert.equal(answer.status, 422, `${expression} ${answer.text}`);
        assert.ok(issue(answer).expression?.startsWith(expression), `${expression} ${answer.text}`);
      }
      const made = await post(ruth.who, { ...list, entry: [{ item: { reference: GROUP, display: 'My bank' } }] });
      assert.ok(!made.text.includes('My bank'));
    });

    it('[RN-25] [MSG-8] are for proxies who write messages, for no other, and for no staff', async () => {
      const { ruth, id } = await withList('Ruth', GROUP);
      const proxy = asCaller(await proxyOnly(journey(), ruth.patient));
      assert.deepEqual(await found(proxy, 'List'), [`List/${id}`]);
      assert.equal((await put(proxy, id, listOf(ruth.patient, SERVICE))).status, 200);
      const { relation, account, make: making } = familyOf(journey);
      const writer = await account(await making(relation(ruth.patient, 'messages')));
      const reader = await account(await making(relation(ruth.patient, 'read-record')));
      assert.deepEqual(await found(writer, 'List'), [`List/${id}`]);
      assert.deepEqual(await found(reader, 'List'), []);
      assert.equal((await put(reader, id, listOf(ruth.patient, GROUP))).status, 405);
      for (const staff of ['demo-agent', 'demo-clinician'])
        assert.ok([403, 404].includes((await journey().call(staff, 'GET', `List/${id}`)).status), staff);
      const ben = await member(journey(), 'Ben');
      assert.equal((await journey().call(ben.who, 'GET', `List/${id}`)).status, 404);
      assert.deepEqual(await found(ben.who, `Organization?_list=${id}`), [], 'nor by way of the directory');
    });
  });
});
