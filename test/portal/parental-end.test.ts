/** Parents act for a child until an age that is a setting, where their relation states no end of its own. */
import assert from 'node:assert/strict';
import { parentalEnd } from '../../src/fhir/parental-end.js';
import { DAY, eachPortal, type Caller } from './journey.js';

const system: Caller = 'demo-system';
const role = (code: string) => [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code }] }];

describe('the end of what parents may do', () => {
  it('[PC-5] is at an age, counted to the last day that the birth date leaves open', () => {
    const mother = { relationship: role('MTH') };
    const at = (day: string) => Date.parse(`${day}T00:00:00Z`);
    assert.equal(parentalEnd(mother, '2008-02-29', 18), at('2026-03-01'));
    assert.equal(parentalEnd(mother, '2008-05', 18), at('2026-05-31'));
    assert.equal(parentalEnd(mother, '2008', 18), at('2026-12-31'));
    assert.equal(parentalEnd(mother, undefined, 18), Infinity);
    assert.equal(parentalEnd({ relationship: role('SPS') }, '2008-05-01', 18), Infinity);
    assert.equal(parentalEnd({ ...mother, period: { end: '2040-01-01' } }, '2008-05-01', 18), Infinity);
  });

  it('[PC-5] [D07] goes by the basis: parents of a child end with childhood, an incapacity does not', () => {
    const grown = Date.parse('2026-05-01T00:00:00Z');
    const end = (basis: string, more: object = {}) => parentalEnd({ ...more }, '2008-05-01', 18, basis);
    assert.equal(end('parent-guardian', { period: { end: '2040-01-01' } }), grown);
    assert.equal(end('long-term-incapacity', { relationship: role('MTH') }), Infinity);
    assert.equal(end('convenience', { relationship: role('MTH') }), Infinity);
    assert.equal(end('legal-guardian'), grown);
    assert.equal(end('legal-guardian', { period: { start: '2026-05-01' } }), Infinity);
    assert.equal(end('legal-guardian', { period: { start: '2020-01-01', end: '2030-01-01' } }), Infinity);
  });

  eachPortal(journey => {
    it('[PC-5] binds the next request after the birthday; another kind of relation, or an end of its own, goes on', async () => {
      const tomorrow = new Date(Date.now() + DAY).toISOString().slice(0, 10);
      const birthDate = `${Number(tomorrow.slice(0, 4)) - 18}${tomorrow.slice(4)}`;
      const child = await journey().expect(201, system, 'POST', 'Patient', {
        resourceType: 'Patient',
        active: true,
        birthDate,
        name: [{ family: 'Grown', given: ['Up'] }],
      });
      const patient = `Patient/${String(child.body.id)}`;
      const acting = async (more: object): Promise<Caller> => {
        const related = await journey().expect(201, system, 'POST', 'RelatedPerson', {
          resourceType: 'RelatedPerson',
          active: true,
          patient: { reference: patient },
          ...more,
        });
        const link = [{ target: { reference: `RelatedPerson/${String(related.body.id)}` } }];
        const person = await journey().expect(201, system, 'POST', 'Person', {
          resourceType: 'Person',
          active: true,
          link,
        });
        return `demo-patient as Person/${String(person.body.id)}`;
      };
      const mother = await acting({ relationship: role('MTH') });
      const father = await acting({ relationship: role('FTH'), period: { end: '2090-01-01' } });
      const sister = await acting({ relationship: role('SIS') });
      const statuses = () =>
        Promise.all([mother, father, sister].map(async who => (await journey().call(who, 'GET', patient)).status));
      assert.deepEqual(await statuses(), [200, 200, 200]);
      journey().pass(DAY);
      assert.deepEqual(await statuses(), [404, 200, 200]);
    });

    it('[PC-6] true at the edges: a mother is told of messages to a child, and of none once the child is grown', async () => {
      const family = `Told${Date.now()}`;
      const address = `${family}@example.org`.toLowerCase();
      // The test before has moved the clock by a day.
      const tomorrow = new Date(Date.now() + 2 * DAY).toISOString().slice(0, 10);
      const birthDate = `${Number(tomorrow.slice(0, 4)) - 18}${tomorrow.slice(4)}`;
      const make = async (body: { resourceType: string; [name: string]: unknown }): Promise<string> =>
        `${body.resourceType}/${String((await journey().expect(201, system, 'POST', body.resourceType, body)).body.id)}`;
      const child = await make({ resourceType: 'Patient', active: true, birthDate, name: [{ family, given: ['C'] }] });
      const relation = { relationship: role('MTH'), telecom: [{ system: 'email', value: address }] };
      const related = await make({
        ...{ resourceType: 'RelatedPerson', active: true, patient: { reference: child } },
        ...relation,
      });
      await make({ resourceType: 'Person', active: true, link: [{ target: { reference: related } }] });
      const message = {
        ...{ resourceType: 'Communication', status: 'completed', subject: { reference: child } },
        sender: { reference: 'Organization/demo-clinical-group' },
        payload: [{ contentString: 'x' }],
      };
      const named = { ...message, recipient: [{ reference: related }] };
      await journey().expect(201, system, 'POST', 'Communication', message);
      await journey().expect(201, system, 'POST', 'Communication', named);
      assert.equal((await journey().mails(address)).length, 2);
      journey().pass(DAY);
      const unread = await journey().expect(201, system, 'POST', 'Communication', message);
      assert.match(unread.headers.get('warning') ?? '', /no account with an address/);
      assert.equal((await journey().call(system, 'POST', 'Communication', named)).status, 422);
      assert.equal((await journey().mails(address)).length, 2);
    });
  });
});
