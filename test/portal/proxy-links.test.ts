/** Proxies are linked and unlinked by operations: the deployment models, who may, the same twice, what ends, and from when on. */
import assert from 'node:assert/strict';
import { asPerson, DAY, eachPortal, issue, type Caller, type Journey } from './journey.js';
import {
  accountOf,
  administrator,
  asCaller,
  configure,
  dayAt,
  ehr,
  functionsOf,
  human,
  link,
  linked,
  make,
  member,
  OWN,
  proxyOnly,
  reads,
  relationsOf,
  system,
  unlink,
} from './relations.js';

const sides = (principal: { patient: string }, proxy: { patient: string }) => ({
  ...{ principal: principal.patient, proxy: proxy.patient },
});

function linkingTwoMembers(journey: () => Journey): void {
  it('[PC-5] a system links two members: 201 with basis, functions and period, 200 the second time, access at once', async () => {
    const [ruth, ben] = [await member(journey(), 'Ruth'), await member(journey(), 'Ben')];
    assert.equal(await reads(journey(), ben.who, ruth.patient), 404);
    const how = { ...sides(ruth, ben), basis: 'convenience', functions: ['messages', 'pay'] };
    const answer = await link(journey(), ehr, how);
    assert.equal(answer.status, 201, answer.text);
    const relation = answer.body as unknown as Awaited<ReturnType<typeof linked>>;
    assert.ok(answer.headers.get('location')?.endsWith(`RelatedPerson/${relation.id}`));
    assert.deepEqual([relation.active, relation.patient.reference], [true, ruth.patient]);
    assert.deepEqual(functionsOf(relation), ['messages', 'pay']);
    assert.equal(relation.extension?.find(({ url }) => url === `${OWN}/proxy-basis`)?.valueCode, 'convenience');
    assert.equal(relation.name?.[0]?.given?.[0], 'Ben');
    assert.ok(Date.parse(relation.period?.start ?? '') <= Date.now());
    assert.equal(await reads(journey(), ben.who, ruth.patient), 200);
    assert.equal(await reads(journey(), ruth.who, ben.patient), 404, 'one way alone');
    assert.equal((await linked(journey(), how, ehr, 200)).id, relation.id);
  });

  it('[PC-5] without functions, all that the basis allows; a function that it does not allow is refused', async () => {
    const [ruth, ben] = [await member(journey(), 'Ruth'), await member(journey(), 'Ben')];
    const all = functionsOf(await linked(journey(), { ...sides(ruth, ben), basis: 'convenience' }, ehr));
    assert.equal(all.length, 8);
    assert.ok(!all.includes('consent') && !all.includes('profile'));
    const wrong: [object, string][] = [
      [{ basis: 'convenience', functions: ['consent'] }, 'function'],
      [{ functions: ['astrology'] }, 'function'],
      [{ basis: 'astrology' }, 'basis'],
      [{ period: { end: '2001-01-01' } }, 'period'],
      [{ basis: 'parent-guardian' }, 'basis'],
    ];
    for (const [more, name] of wrong) {
      const refused = await link(journey(), ehr, { ...sides(ruth, ben), ...more });
      assert.equal(refused.status, 422, refused.text);
      assert.equal(issue(refused).expression, `Parameters.parameter.where(name='${name}')`);
    }
    assert.equal((await relationsOf(journey(), ruth.patient)).length, 1);
  });

  it('[PC-5] another relation of the same two ends the one whose time it shares, or takes over when it begins', async () => {
    const [ruth, ben] = [await member(journey(), 'Ruth'), await member(journey(), 'Ben')];
    const first = await linked(journey(), { ...sides(ruth, ben), functions: ['messages'] }, ehr);
    const second = await linked(journey(), { ...sides(ruth, ben), functions: ['pay'] }, ehr);
    const start = new Date(Date.now() + 10 * DAY).toISOString();
    const third = await linked(journey(), { ...sides(ruth, ben), period: { start } }, ehr);
    const all = new Map((await relationsOf(journey(), ruth.patient)).map(one => [one.id, one]));
    assert.deepEqual(
      [all.get(first.id)?.active, all.get(second.id)?.active, all.get(third.id)?.active],
      [false, true, true],
    );
    assert.equal(Date.parse(all.get(second.id)?.period?.end ?? ''), Date.parse(start));
  });

  it('[PC-5] of many at once one is made, whoever asks', async () => {
    const [ruth, ben] = [await member(journey(), 'Ruth'), await member(journey(), 'Ben')];
    const callers = [ehr, ehr, system, administrator, ehr, administrator];
    const answers = await Promise.all(callers.map(caller => link(journey(), caller, sides(ruth, ben))));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 201]);
    assert.equal((await relationsOf(journey(), ruth.patient)).length, 1);
  });
}

function refusals(journey: () => Journey): void {
  const refused = async (how: Parameters<typeof link>[2], caller = ehr): Promise<string | undefined> => {
    const answer = await link(journey(), caller, how);
    assert.equal(answer.status, 422, answer.text);
    return /name='(\w+)'/.exec(issue(answer).expression ?? '')?.[1];
  };

  it('[PC-5] [D05] refuses oneself, the dead, the inactive, the unknown and minors, and changes nothing', async () => {
    const ruth = await member(journey(), 'Ruth');
    const born = (years: number) => ({ birthDate: dayAt(Date.now() - years * 365.25 * DAY) });
    const dead = await human(journey(), 'Dead', { deceasedBoolean: true });
    const closed = await human(journey(), 'Closed', { active: false });
    const child = await human(journey(), 'Child', born(10));
    const teenager = await member(journey(), 'Teen', born(17));
    for (const other of [ruth, dead, closed, child, teenager, { patient: 'Patient/nobody-at-all' }]) {
      assert.equal(await refused(sides(ruth, other)), 'proxy');
      assert.equal(await refused(sides(ruth, other), administrator), 'proxy');
    }
    assert.equal(await refused({ principal: ruth.patient, proxy: ruth.account }), 'proxy');
    for (const other of [dead, closed, { patient: 'Patient/nobody-at-all' }])
      assert.equal(await refused(sides(other, ruth)), 'principal');
    assert.deepEqual(await relationsOf(journey(), ruth.patient), []);
    const baby = await human(journey(), 'Baby', born(0.2));
    await linked(journey(), { ...sides(baby, teenager), basis: 'parent-guardian', relationship: 'MTH' });
  });

  it('[D05] no plain write makes anybody a proxy of their own', async () => {
    const ruth = await member(journey(), 'Ruth');
    const reference = await make(journey(), { resourceType: 'RelatedPerson', patient: { reference: ruth.patient } });
    const { body } = await journey().expect(200, system, 'GET', ruth.account);
    const link = [...(body['link'] as unknown as object[]), { target: { reference } }];
    assert.equal((await journey().call(system, 'PUT', ruth.account, { ...body, link })).status, 422);
  });

  it('[PC-5] follows merged records on both sides', async () => {
    const [kept, ben] = [await member(journey(), 'Kept'), await member(journey(), 'Ben')];
    const merged = (other: string) => ({ active: false, link: [{ type: 'replaced-by', other: { reference: other } }] });
    const [old, older] = [
      await human(journey(), 'Old', merged(kept.patient)),
      await human(journey(), 'B', merged(ben.patient)),
    ];
    const relation = await linked(journey(), sides(old, older), ehr);
    assert.equal(relation.patient.reference, kept.patient);
    assert.equal(await reads(journey(), ben.who, kept.patient), 200);
    assert.equal(await refused(sides(old, kept)), 'proxy', 'the same person by two records');
  });

  it('[PC-5] [D16] whoever acts for a patient does so by the record that a merge keeps', async () => {
    const [old, kept, ben] = [
      await human(journey(), 'Old'),
      await human(journey(), 'Kept'),
      await member(journey(), 'Ben'),
    ];
    await linked(journey(), sides(old, ben));
    const { body } = await journey().expect(200, system, 'GET', old.patient);
    const link = [{ type: 'replaced-by', other: { reference: kept.patient } }];
    await journey().expect(200, system, 'PUT', old.patient, { ...body, active: false, link });
    assert.equal(await reads(journey(), ben.who, kept.patient), 200);
    assert.equal(await reads(journey(), ben.who, old.patient), 404);
  });

  it('[PC-5] [D11] a relation that is blocked stays so, by whatever way it is asked for', async () => {
    const [ruth, ben] = [await member(journey(), 'Ruth'), await member(journey(), 'Ben')];
    const relation = await linked(journey(), sides(ruth, ben), ehr);
    const path = `RelatedPerson/${relation.id}`;
    const { body } = await journey().expect(200, system, 'GET', path);
    const blocked = [
      ...((body['extension'] ?? []) as unknown as object[]),
      { url: `${OWN}/proxy-blocked`, valueBoolean: true },
    ];
    const { body: now } = await journey().expect(200, system, 'PUT', path, { ...body, extension: blocked });
    assert.equal(now['active'], false);
    assert.equal(await reads(journey(), ben.who, ruth.patient), 404);
    for (const caller of [ehr, administrator]) assert.equal(await refused(sides(ruth, ben), caller), 'proxy');
    assert.equal((await journey().call(system, 'PUT', path, { ...now, active: true })).body['active'], false);
    const other = await make(journey(), {
      resourceType: 'RelatedPerson',
      active: true,
      patient: { reference: ruth.patient },
    });
    const { body: account } = await journey().expect(200, system, 'GET', ben.account);
    const links = [...(account['link'] as unknown as object[]), { target: { reference: other } }];
    const roundabout = await journey().call(system, 'PUT', ben.account, { ...account, link: links });
    assert.deepEqual([roundabout.status, issue(roundabout).expression], [422, 'Person.link']);
    assert.equal((await journey().call(system, 'PUT', path, { ...body, active: true })).status, 409);
    assert.equal(await reads(journey(), ben.who, ruth.patient), 404);
  });

  it('[PC-5] [D05] no patient, proxy or other staff links anybody', async () => {
    const [ruth, ben] = [await member(journey(), 'Ruth'), await member(journey(), 'Ben')];
    for (const caller of [ruth.who, ben.who, 'demo-agent', 'demo-clinician', '']) {
      const answer = await link(journey(), caller, sides(ruth, ben));
      assert.equal(answer.status, caller === '' ? 401 : 403, caller);
    }
  });
}

function models(journey: () => Journey): void {
  const model = (valueCode: string) => configure(journey(), { 'credential-model': { valueCode } });

  it('[PC-5] a system makes no account in any model; a child counts by its record', async () => {
    for (const name of ['own', 'both', 'external']) {
      await model(name);
      const [ruth, none] = [await member(journey(), 'Ruth'), await human(journey(), 'None')];
      assert.equal((await link(journey(), ehr, sides(ruth, none))).status, 422, name);
      assert.equal((await link(journey(), ehr, sides(none, ruth))).status, 422, name);
      assert.equal(await accountOf(journey(), none.patient), undefined);
      const child = await human(journey(), 'Child', { birthDate: dayAt(Date.now() - 900 * DAY) });
      await linked(journey(), { ...sides(child, ruth), basis: 'parent-guardian', relationship: 'MTH' }, ehr);
      assert.equal(await accountOf(journey(), child.patient), undefined);
    }
    await model('own');
  });

  for (const name of ['own', 'both']) {
    it(`[RN-17] ${name}: administration links any user not inactive, and missing accounts are made`, async () => {
      await model(name);
      const [grandmother, niece] = [await human(journey(), 'Grand'), await human(journey(), 'Niece')];
      await linked(journey(), { ...sides(grandmother, niece), basis: 'long-term-incapacity' });
      const [hers, theirs] = [
        await accountOf(journey(), niece.patient),
        await accountOf(journey(), grandmother.patient),
      ];
      assert.ok(hers && theirs);
      assert.equal(await reads(journey(), asCaller(`Person/${hers.id}`), grandmother.patient), 200);
      assert.equal((await journey().mails(niece.email)).length, 2, 'the account, and the relation');
      const { body } = await journey().expect(200, system, 'GET', `Person/${hers.id}`);
      await journey().expect(200, system, 'PUT', `Person/${hers.id}`, { ...body, active: false });
      const ruth = await member(journey(), 'Ruth');
      assert.equal((await link(journey(), administrator, sides(ruth, niece))).status, 422);
    });
  }

  it('[RN-17] external: two active members alone, whoever asks', async () => {
    await model('external');
    const [ruth, ben, none] = [
      await member(journey(), 'Ruth'),
      await member(journey(), 'Ben'),
      await human(journey(), 'None'),
    ];
    assert.equal((await link(journey(), administrator, sides(ruth, none))).status, 422);
    assert.equal((await link(journey(), administrator, sides(none, ruth))).status, 422);
    await linked(journey(), sides(ruth, ben));
    assert.equal(await accountOf(journey(), none.patient), undefined);
    await model('own');
  });

  it('[MSG-8] [RN-17] the account of a proxy alone acts for another patient too', async () => {
    const [ruth, ben] = [await member(journey(), 'Ruth'), await member(journey(), 'Ben')];
    const account = await proxyOnly(journey(), ruth.patient);
    await linked(journey(), { principal: ben.patient, proxy: account }, ehr);
    const { link: links = [] } = asPerson(await journey().expect(200, system, 'GET', account));
    assert.equal(links.length, 2);
    for (const { patient } of [ruth, ben]) assert.equal(await reads(journey(), asCaller(account), patient), 200);
  });
}

function endings(journey: () => Journey): void {
  const unlinks: [string, (ruth: Caller, ben: Caller) => Caller][] = [
    ['a system', () => ehr],
    ['member administration', () => administrator],
    ['the patient', ruth => ruth],
    ['the proxy', (_ruth, ben) => ben],
  ];
  for (const [name, of] of unlinks) {
    it(`[PC-5] [D03] ${name} ends a relation: inactive, with end and reason, and the next request is refused`, async () => {
      const [ruth, ben] = [await member(journey(), 'Ruth'), await member(journey(), 'Ben')];
      const { id } = await linked(journey(), sides(ruth, ben), ehr);
      assert.equal(await reads(journey(), ben.who, ruth.patient), 200);
      const page = await journey().expect(200, ben.who, 'GET', 'Patient?_count=1');
      const next = (page.body['link'] as unknown as { relation: string; url: string }[]).find(
        one => one.relation === 'next',
      );
      const answer = await unlink(journey(), of(ruth.who, ben.who), id, 'They parted');
      assert.equal(answer.status, 200, answer.text);
      const ended = answer.body as unknown as Awaited<ReturnType<typeof linked>>;
      assert.equal(ended.active, false);
      assert.ok(Date.parse(ended.period?.end ?? '') <= Date.now());
      assert.equal(ended.extension?.find(({ url }) => url === `${OWN}/proxy-end`)?.valueString, 'They parted');
      assert.equal(await reads(journey(), ben.who, ruth.patient), 404);
      const path = next?.url.slice(next.url.indexOf('/fhir/portal/') + '/fhir/portal/'.length) ?? assert.fail();
      assert.ok((await journey().call(ben.who, 'GET', path)).status >= 400, 'a page link of before');
      const again = await unlink(journey(), ehr, id, 'Once more');
      assert.deepEqual([again.status, again.body.meta!.versionId], [200, ended.meta?.versionId]);
    });
  }

  it('[PC-5] [D05] another proxy of the patient ends nobody else’s relation, and a stranger finds none', async () => {
    const [ruth, ben, eve] = [
      await member(journey(), 'Ruth'),
      await member(journey(), 'Ben'),
      await member(journey(), 'Eve'),
    ];
    const { id } = await linked(journey(), sides(ruth, ben), ehr);
    assert.equal((await unlink(journey(), eve.who, id)).status, 404);
    await linked(journey(), sides(ruth, eve), ehr);
    assert.equal((await unlink(journey(), eve.who, id)).status, 403);
    assert.equal(await reads(journey(), ben.who, ruth.patient), 200);
  });

  it('[PC-5] a plain update is judged by the same table: it ends a relation, and a system takes it up again', async () => {
    const [ruth, ben] = [await member(journey(), 'Ruth'), await member(journey(), 'Ben')];
    const { id } = await linked(journey(), sides(ruth, ben), ehr);
    const path = `RelatedPerson/${id}`;
    const { body } = await journey().expect(200, ehr, 'GET', path);
    const moved = { ...body, patient: { reference: ben.patient } };
    assert.equal((await journey().call(ehr, 'PUT', path, moved)).status, 409);
    const ended = await journey().expect(200, ehr, 'PUT', path, { ...body, active: false });
    assert.ok((ended.body['period'] as { end?: string }).end, 'it has an end');
    assert.equal(await reads(journey(), ben.who, ruth.patient), 404);
    await journey().expect(200, ehr, 'PUT', path, { ...ended.body, active: true });
    assert.equal(await reads(journey(), ben.who, ruth.patient), 200);
    const extension = [
      { url: `${OWN}/proxy-basis`, valueCode: 'convenience' },
      { url: `${OWN}/proxy-function`, valueCode: 'consent' },
    ];
    const unlawful = { resourceType: 'RelatedPerson', active: true, patient: { reference: ruth.patient }, extension };
    const refused = await journey().call(ehr, 'POST', 'RelatedPerson', unlawful);
    assert.deepEqual([refused.status, issue(refused).expression], [422, 'RelatedPerson.extension[1]']);
  });

  it('[D03] a notice that waits is not sent to whoever no longer acts', async () => {
    const [child, ben] = [
      await human(journey(), 'Child', { birthDate: dayAt(Date.now() - 900 * DAY) }),
      await member(journey(), 'Ben'),
    ];
    const { id } = await linked(journey(), { ...sides(child, ben), relationship: 'FTH' }, ehr);
    await journey().expect(201, system, 'POST', 'Communication', {
      ...{ resourceType: 'Communication', status: 'completed', subject: { reference: child.patient } },
      ...{ sender: { reference: 'Organization/demo-clinical-group' }, payload: [{ contentString: 'x' }] },
    });
    assert.equal((await unlink(journey(), ehr, id)).status, 200);
    const subjects = new Set((await journey().mails(ben.email)).map(({ subject = '' }) => subject));
    assert.ok(subjects.has('Somebody no longer acts for a patient'));
    assert.ok(!subjects.has('You have a new message'));
  });

  it('[D07] a period ends with the clock', async () => {
    const [ruth, ben] = [await member(journey(), 'Ruth'), await member(journey(), 'Ben')];
    const end = new Date(Date.now() + 3600_000).toISOString();
    await linked(journey(), { ...sides(ruth, ben), period: { end }, basis: 'temporary-incapacity' }, ehr);
    assert.equal(await reads(journey(), ben.who, ruth.patient), 200);
    journey().pass(2 * 3600_000);
    assert.equal(await reads(journey(), ben.who, ruth.patient), 404);
  });
}

describe('proxies, linked and unlinked', () => {
  eachPortal(journey => {
    linkingTwoMembers(journey);
    refusals(journey);
    models(journey);
    endings(journey);
  });
});
