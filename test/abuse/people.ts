/** Proxies, accounts and roles: access begins and ends with what is on record, at the next request. */
import assert from 'node:assert/strict';
import type { Resource } from '../../src/fhir/resource.js';
import type { Caller, Journey } from '../portal/journey.js';
import { nameOf } from './two-patients.js';
import { agent, entriesOf, few, FIRST, first, holder, linkOf, SECOND, seed, system, totalOf } from './ward.js';

const helper: Caller = 'demo-patient as Person/zq-helper';
const relation = `RelatedPerson/${nameOf(FIRST, 'RelatedPerson')}`;
const own = `Observation/${nameOf(FIRST, 'Observation')}`;
const HOUR = 3600 * 1000;

const person = (...links: string[]): Resource => ({
  ...{ resourceType: 'Person', id: 'zq-helper', active: true },
  link: links.map(reference => ({ target: { reference } })),
});

/** Writes over HTTP what differs from the stored resource. */
const changing =
  (journey: () => Journey) =>
  async (name: string, more: object): Promise<void> => {
    const { body } = await journey().expect(200, system, 'GET', name);
    const changed = { ...body, ...more };
    // A relation stays the same patient's but for what the server itself writes.
    if ('patient' in more) await seed(journey().server, [changed]);
    else await journey().expect(200, system, 'PUT', name, changed);
  };

export function proxies(journey: () => Journey): void {
  const change = changing(journey);
  let ask: ReturnType<typeof holder>;
  const sees = async (expected: boolean, when: string): Promise<void> => {
    const { status } = await ask('GET', own);
    assert.equal(status, expected ? 200 : 404, when);
    const found = await ask('GET', 'Observation?_count=1');
    assert.equal(found.status, 200);
    assert.equal((totalOf(found) ?? 0) > 0, expected, `${when}: search`);
  };

  describe('proxies and accounts', () => {
    before(async () => {
      await seed(journey().server, [person(relation)]);
      ask = holder(journey(), helper);
    });

    it('[B38] an account without links sees nothing of anybody', async () => {
      await seed(
        journey().server,
        [{ ...person(), id: 'zq-nobody', link: [] }].map(({ link: _none, ...rest }) => rest),
      );
      const nobody = 'demo-patient as Person/zq-nobody';
      for (const type of few(journey(), [
        'Observation',
        'Communication',
        'Patient',
        'Person',
        'Task',
        'Binary',
        'DocumentReference',
      ])) {
        const found = await journey().expect(200, nobody, 'GET', `${type}?_total=accurate`);
        assert.equal(totalOf(found), 0, type);
      }
    });

    it('[D03] [B41] the link, the relation and its patient must each stand', async () => {
      await sees(true, 'linked');
      const steps: [string, string, object, object][] = [
        ['relation inactive', relation, { active: false }, { active: true }],
        ['account inactive', 'Person/zq-helper', { active: false }, { active: true }],
        ['link removed', 'Person/zq-helper', { link: undefined }, { link: person(relation)['link'] }],
        [
          'relation to another',
          relation,
          { patient: { reference: `Patient/${SECOND}` } },
          { patient: { reference: `Patient/${FIRST}` } },
        ],
        ['patient inactive', `Patient/${FIRST}`, { active: false }, { active: true }],
      ];
      for (const [when, name, taken, given] of few(journey(), steps)) {
        await change(name, taken);
        const { status } = await ask('GET', own);
        assert.ok(status === 404 || status === 401, `${when}: ${status}`);
        await change(name, given);
        // The account of a patient who was inactive is opened again by its keeper.
        if (name === `Patient/${FIRST}`) await change(`Person/${nameOf(FIRST, 'Person')}`, { active: true });
        await sees(true, `${when}, and back`);
      }
    });

    it('[D07] a period begins and ends by the clock, with nothing written', async () => {
      const at = (ms: number) => new Date(Date.now() + ms).toISOString();
      await change(relation, { period: { start: at(HOUR), end: at(2 * HOUR) } });
      await sees(false, 'before');
      journey().pass(HOUR + 60_000);
      await sees(true, 'within');
      journey().pass(HOUR);
      await sees(false, 'after');
      await change(relation, { period: undefined });
      await sees(true, 'without a period');
    });

    it('[B15] a page link ends with the proxy it was given to', async () => {
      const page = await ask('GET', 'Observation?_count=1');
      const path = (linkOf(page, 'next') ?? assert.fail()).slice(journey().server.portal.length + 1);
      assert.equal((await ask('GET', path)).status, 200);
      await change(relation, { active: false });
      assert.equal((await ask('GET', path)).status, 404);
      await change(relation, { active: true });
    });

    it('[B43] a link between Patients opens no record', async () => {
      const link = [{ other: { reference: `Patient/${SECOND}` }, type: 'seealso' }];
      await change(`Patient/${FIRST}`, { link });
      await journey().expect(404, first, 'GET', `Patient/${SECOND}`);
      const around = await journey().expect(
        200,
        first,
        'GET',
        'Patient?_include=Patient:link&_revinclude=Patient:link',
      );
      assert.deepEqual(entriesOf(around), [`Patient/${FIRST}`]);
      await change(`Patient/${FIRST}`, { link: undefined });
    });
  });
}

export function endingRoles(journey: () => Journey): void {
  const change = changing(journey);

  describe('roles', () => {
    it('[B41] end and begin at the next request', async () => {
      const role = 'PractitionerRole/demo-agent-agent';
      const held = holder(journey(), agent);
      const reads = async (expected: number) => assert.equal((await held('GET', `Patient/${FIRST}`)).status, expected);
      await reads(200);
      await change(role, { active: false });
      await reads(403);
      await change(role, { active: true });
      await reads(200);
      await change(role, { period: { end: '2020-01-01' } });
      await reads(403);
      await change(role, { period: undefined });
      await reads(200);
    });
  });
}
