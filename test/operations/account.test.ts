/** The account of whoever asks: its standing, and relations as proxy and as principal. */
import assert from 'node:assert/strict';
import type { Parameters, ParametersParameter } from 'fhir/r4.js';
import { DAY, eachPortal, type Answer } from '../portal/journey.js';
import {
  administrator,
  asCaller,
  dayAt,
  ehr,
  human,
  linked,
  member,
  proxyOnly,
  system,
  unlink,
} from '../portal/relations.js';

const partsOf = ({ part = [] }: ParametersParameter): Record<string, unknown> =>
  Object.fromEntries(part.map(({ name, ...value }) => [name, Object.values(value)[0] as unknown]));

const relationsIn = ({ body }: Answer): Record<string, unknown>[] =>
  ((body as unknown as Parameters).parameter ?? []).filter(({ name }) => name === 'relation').map(partsOf);

const valueIn = ({ body }: Answer, wanted: string): unknown => {
  const found = ((body as unknown as Parameters).parameter ?? []).find(({ name }) => name === wanted);
  return found && Object.entries(found).find(([key]) => key.startsWith('value'))?.[1];
};

describe('Person/$account', () => {
  eachPortal(journey => {
    it('[RN-13] shows active, upcoming and ended relations on both sides, with function, basis and period', async () => {
      const [ruth, ben] = [await member(journey(), 'Ruth'), await member(journey(), 'Ben')];
      const child = await human(journey(), 'Child', { birthDate: dayAt(Date.now() - 900 * DAY) });
      const period = { start: new Date(Date.now() + 5 * DAY).toISOString() };
      await linked(
        journey(),
        { principal: child.patient, proxy: ruth.patient, basis: 'parent-guardian', relationship: 'MTH' },
        ehr,
      );
      const given = await linked(
        journey(),
        { principal: ruth.patient, proxy: ben.patient, basis: 'convenience', functions: ['pay'] },
        ehr,
      );
      await linked(journey(), { principal: ben.patient, proxy: ruth.patient, period }, ehr);
      await unlink(journey(), ruth.who, given.id, 'They parted');
      const answer = await journey().expect(200, ruth.who, 'GET', 'Person/$account');
      assert.deepEqual(valueIn(answer, 'account'), { reference: ruth.account });
      assert.deepEqual(valueIn(answer, 'patient'), { reference: ruth.patient });
      assert.equal(valueIn(answer, 'standing'), 'enrolled');
      const [mine, later, over, ...more] = relationsIn(answer);
      assert.deepEqual(more, []);
      assert.deepEqual([mine?.['role'], mine?.['standing'], mine?.['basis']], ['proxy', 'active', 'parent-guardian']);
      assert.deepEqual([later?.['role'], later?.['standing']], ['proxy', 'upcoming']);
      assert.deepEqual(
        [over?.['role'], over?.['standing'], over?.['function'], over?.['reason']],
        ['principal', 'inactive', 'pay', 'They parted'],
      );
      assert.match((over?.['person'] as { display: string }).display, /^Ben /);
      const theirs = relationsIn(await journey().expect(200, ben.who, 'GET', `${ben.account}/$account`));
      assert.deepEqual(
        theirs.map(({ role, standing }) => [role, standing]),
        [
          ['principal', 'upcoming'],
          ['proxy', 'inactive'],
        ],
      );
    });

    it('[RN-13] [B41] nobody asks for the account of another; administration and systems by its id', async () => {
      const [ruth, ben] = [await member(journey(), 'Ruth'), await member(journey(), 'Ben')];
      await linked(journey(), { principal: ruth.patient, proxy: ben.patient }, ehr);
      const hidden = await journey().expect(404, ben.who, 'GET', `${ruth.account}/$account`);
      const absent = await journey().expect(404, ben.who, 'GET', 'Person/nobody-at-all/$account');
      assert.equal(
        hidden.text.replaceAll(ruth.account, 'Person/x'),
        absent.text.replaceAll('Person/nobody-at-all', 'Person/x'),
      );
      for (const caller of [administrator, system])
        await journey().expect(200, caller, 'GET', `${ruth.account}/$account`);
      await journey().expect(403, 'demo-agent', 'GET', `${ruth.account}/$account`);
      await journey().expect(404, system, 'GET', 'Person/$account');
    });

    it('[MSG-8] [RN-13] an account of a proxy alone shows so, and its relation after the end', async () => {
      const ruth = await member(journey(), 'Ruth');
      const account = await proxyOnly(journey(), ruth.patient);
      const answer = await journey().expect(200, asCaller(account), 'GET', 'Person/$account');
      assert.equal(valueIn(answer, 'standing'), 'proxy-only');
      const [relation] = relationsIn(answer);
      const { reference } = relation?.['relation'] as { reference: string };
      await unlink(journey(), asCaller(account), reference.slice('RelatedPerson/'.length));
      const after = relationsIn(await journey().expect(200, asCaller(account), 'GET', 'Person/$account'));
      assert.deepEqual(
        after.map(({ standing }) => standing),
        ['inactive'],
      );
      const inbox = await journey().expect(200, asCaller(account), 'GET', 'Communication?_summary=count');
      assert.equal(inbox.body['total'], 0);
    });
  });
});
