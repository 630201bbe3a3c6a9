/** Twins, merged records, and facts as people write them: each person is told from all others, and is one. */
import assert from 'node:assert/strict';
import type { Bundle, Patient } from 'fhir/r4.js';
import { uniqueLetters } from '../fixtures/unique.js';
import { asPerson, eachPortal, issue, output, parameters, type Journey } from './journey.js';

const BORN = '2001-02-03';
const MRN = 'urn:mrn';
const status = (answer: Parameters<typeof output>[0]): unknown => output(answer, 'status');

interface Household {
  family: string;
  email: string;
}

const household = (): Household => {
  const family = `Z${uniqueLetters()}`;
  return { family, email: `${family.toLowerCase()}@example.org` };
};

/** What these tests do again and again. */
function actionsOf(journey: () => Journey) {
  const record = async (given: string, { family, email }: Household, others: Partial<Patient> = {}) => {
    const patient = { resourceType: 'Patient', name: [{ family, given: given.split(' ') }], birthDate: BORN };
    const body = { ...patient, telecom: [{ system: 'email', value: email }], ...others };
    return (await journey().expect(201, 'demo-ehr', 'POST', 'Patient', body)).body.id ?? '';
  };
  const call = (name: string, values: Record<string, string>, caller = 'demo-ehr') =>
    journey().call(caller, 'POST', `Patient/$${name}`, parameters(values));
  const ask = async (values: Record<string, string>) => {
    const answer = await call('enrollment-status', values);
    assert.equal(answer.status, 200, answer.text);
    return answer;
  };
  const facts = (given: string, house: Household) => ({ ...house, given, birthDate: BORN });
  return { record, call, ask, facts };
}

function apart(journey: () => Journey): void {
  const { record, call, ask, facts } = actionsOf(journey);

  it('[PC-2] leaves the code of one twin good when the other is invited, on record or not', async () => {
    const house = household();
    const anna = await record('Anna', house);
    const ben = await record('Ben', house);
    const invited = await journey().expect(201, 'demo-ehr', 'POST', `Patient/${anna}/$invite`);
    const [code = ''] = await journey().codes(house.email);
    assert.equal(
      status(await journey().expect(200, 'demo-ehr', 'GET', `Patient/${ben}/$enrollment-status`)),
      'not-enrolled',
    );
    await journey().expect(201, 'demo-ehr', 'POST', `Patient/${ben}/$invite`);
    for (const given of ['Cleo', 'Dora']) assert.equal((await call('invite', facts(given, house))).status, 201);
    const { id } = output(invited, 'return') as { id: string };
    const standing = await ask(facts('anna', house));
    assert.deepEqual(output(standing, 'invitation'), { reference: `Task/${id}` });
    assert.notDeepEqual(
      output(await ask(facts('Cleo', house)), 'invitation'),
      output(await ask(facts('Dora', house)), 'invitation'),
    );
    const redeemed = await call('redeem-invitation', { code, birthDate: BORN }, '');
    assert.equal(redeemed.status, 201, redeemed.text);
    assert.equal(asPerson(redeemed).link?.[0]?.target.reference, `Patient/${anna}`);
    assert.equal(status(await ask(facts('Ben', house))), 'invited');
    assert.equal(status(await ask(facts('Dora', house))), 'invited');
  });

  it('[PC-1] tells twins apart by the given name, and picks none without it', async () => {
    const house = household();
    const anna = await record('Anna', house);
    const mia = await record('Anna Mia', house);
    assert.deepEqual(output(await ask(facts('Anna', house)), 'patient'), { reference: `Patient/${anna}` });
    assert.deepEqual(output(await ask(facts('Mia Anna', house)), 'patient'), { reference: `Patient/${mia}` });
    assert.equal((await call('enrollment-status', { ...house, birthDate: BORN })).status, 412);
    assert.equal(status(await ask(facts('Ben', house))), 'unknown');
  });

  it('[PC-1] refuses a record number with the given name of the other twin', async () => {
    const house = household();
    const value = uniqueLetters();
    await record('Anna', house, { identifier: [{ system: MRN, value }] });
    const wrong = await call('enrollment-status', { identifier: `${MRN}|${value}`, given: 'Ben' });
    assert.deepEqual([wrong.status, issue(wrong).code], [422, 'business-rule']);
    assert.equal(status(await ask({ identifier: `${MRN}|${value}`, given: 'A.' })), 'not-enrolled');
  });
}

function merged(journey: () => Journey): void {
  const { record, call, ask, facts } = actionsOf(journey);

  it('[PC-1] [PC-4] finds the account of a merged record by the one in force, by number, facts or id, and makes no second', async () => {
    const house = household();
    const [first, second] = [uniqueLetters(), `${uniqueLetters()}x`];
    const old = await record('Anna', house, { identifier: [{ system: MRN, value: first }] });
    const kept = await record('Anna', house, { identifier: [{ system: MRN, value: second }] });
    const enrolled = await journey().expect(201, 'demo-ehr', 'POST', `Patient/${old}/$enroll`);
    const { body } = await journey().expect(200, 'demo-ehr', 'GET', `Patient/${old}`);
    const link = [{ type: 'replaced-by', other: { reference: `Patient/${kept}` } }];
    await journey().expect(200, 'demo-ehr', 'PUT', `Patient/${old}`, { ...body, active: false, link });
    for (const identifier of [`${MRN}|${first}`, `${MRN}|${second}`]) {
      const standing = await ask({ identifier });
      assert.deepEqual([status(standing), output(standing, 'patient')], ['enrolled', { reference: `Patient/${kept}` }]);
    }
    assert.equal(status(await ask(facts('Anna', house))), 'enrolled');
    assert.equal(
      status(await journey().expect(200, 'demo-ehr', 'GET', `Patient/${old}/$enrollment-status`)),
      'enrolled',
    );
    for (const path of [`Patient/${old}/$enroll`, `Patient/${kept}/$enroll`]) {
      const again = await journey().expect(200, 'demo-ehr', 'POST', path);
      assert.equal(asPerson(again).id, asPerson(enrolled).id);
    }
    assert.equal((await call('enroll', { identifier: `${MRN}|${second}` })).status, 200);
  });

  it('[PC-1] follows a merge that only the record in force tells of, and a circle of merges ends', async () => {
    const house = household();
    const value = uniqueLetters();
    const old = await record('Anna', house, { identifier: [{ system: MRN, value }] });
    const link = [{ type: 'replaces' as const, other: { reference: `Patient/${old}` } }];
    const kept = await record('Anna', household(), { link });
    const standing = await ask({ identifier: `${MRN}|${value}` });
    assert.deepEqual(output(standing, 'patient'), { reference: `Patient/${kept}` });
    const { body } = await journey().expect(200, 'demo-ehr', 'GET', `Patient/${kept}`);
    const circle = [{ type: 'replaced-by', other: { reference: `Patient/${old}` } }];
    await journey().expect(200, 'demo-ehr', 'PUT', `Patient/${kept}`, { ...body, link: circle });
    assert.ok(['not-enrolled', 'inactive'].includes(status(await ask({ identifier: `${MRN}|${value}` })) as string));
  });

  it('[PC-1] takes inactive duplicates for no second match, nor the dead beside the living', async () => {
    const house = household();
    const value = uniqueLetters();
    const identifier = [{ system: MRN, value }];
    await record('Anna', house, { identifier, active: false });
    await record('Anna', house, { identifier, deceasedBoolean: true });
    assert.equal(status(await ask({ identifier: `${MRN}|${value}` })), 'inactive');
    const alive = await record('Anna', house, { identifier });
    assert.deepEqual(output(await ask(facts('Anna', house)), 'patient'), { reference: `Patient/${alive}` });
    assert.equal(status(await ask({ identifier: `${MRN}|${value}` })), 'not-enrolled');
  });
}

function spelled(journey: () => Journey): void {
  const { record, call, ask, facts } = actionsOf(journey);

  it('[PC-1] [PC-4] knows a person however their name is spelled', async () => {
    const end = uniqueLetters();
    const house = { family: `Wei\u00df-O’${end}`, email: `${end}@example.org` };
    const id = await record('Søren Łukasz', house);
    const stated = {
      family: `WEISS o${end}`,
      given: 'lukasz soren',
      birthDate: BORN,
      email: house.email.toUpperCase(),
    };
    assert.deepEqual(output(await ask(stated), 'patient'), { reference: `Patient/${id}` });
    assert.equal((await call('enroll', stated)).status, 201);
    assert.equal((await call('enroll', facts('Søren', house))).status, 200);
  });

  it('[PC-2] verifies a birth date at the precision of the record', async () => {
    const house = household();
    const id = await record('Anna', house, { birthDate: '1950' });
    assert.equal(status(await ask({ ...facts('Anna', house), birthDate: '1950-01-01' })), 'not-enrolled');
    assert.equal(status(await ask({ ...facts('Anna', house), birthDate: '1951-01-01' })), 'unknown');
    await journey().expect(201, 'demo-ehr', 'POST', `Patient/${id}/$invite`);
    const [code = ''] = await journey().codes(house.email);
    assert.equal((await call('redeem-invitation', { code, birthDate: '1951-05-05' }, '')).status, 422);
    assert.equal((await call('redeem-invitation', { code, birthDate: '1950-05-05' }, '')).status, 201);
  });

  it('[PC-2] asks for a birth date where the record has none', async () => {
    const { family, email } = household();
    const telecom = [{ system: 'email', value: email }];
    const body = { resourceType: 'Patient', name: [{ family, given: ['Anna'] }], telecom };
    const { id } = (await journey().expect(201, 'demo-ehr', 'POST', 'Patient', body)).body;
    const refused = await journey().call('demo-ehr', 'POST', `Patient/${id}/$invite`);
    assert.deepEqual(
      [refused.status, issue(refused).expression],
      [422, "Parameters.parameter.where(name='birthDate')"],
    );
    assert.deepEqual(await journey().codes(email), []);
  });

  it('[PC-2] sends to addresses with apostrophes and international domains', async () => {
    const end = uniqueLetters();
    const family = `O'Neill${end}`;
    for (const email of [`o'neill${end}@example.org`, `${end}@bücher.example`]) {
      const answer = await call('invite', { family, given: email.slice(0, 3), birthDate: BORN, email });
      assert.equal(answer.status, 201, answer.text);
    }
    assert.equal((await journey().codes(`o'neill${end}@example.org`)).length, 1);
  });

  it('[RN-2] finds members by e-mail and telephone however they are written', async () => {
    const house = household();
    const number = '5550173';
    const national = `(212) ${number.slice(0, 3)}-${number.slice(3)}`;
    const telecom = [
      { system: 'phone' as const, value: national },
      { system: 'email' as const, value: `Jörg.${house.email.split('@')[0]}@bücher.example` },
    ];
    const id = await record('Anna', house, { telecom });
    const found = async (query: string) => {
      const { body } = await journey().expect(200, 'demo-ehr', 'GET', `Patient?${query}`);
      return ((body as unknown as Bundle).entry ?? []).map(({ resource }) => resource?.id);
    };
    const puny = `jörg.${house.family.toLowerCase()}@xn--bcher-kva.example`;
    for (const [name, value] of [
      ['phone', `+1212${number}`],
      ['phone', `212-${number}`],
      ['telecom', national],
      ['email', puny],
      ['email', puny.replace('xn--bcher-kva', 'BÜCHER')],
    ] as const) {
      assert.deepEqual(await found(`${name}=${encodeURIComponent(value)}`), [id], value);
    }
    const stated = { family: house.family, given: 'Anna', birthDate: BORN, phone: `1 212 ${number}` };
    assert.deepEqual(output(await ask(stated), 'patient'), { reference: `Patient/${id}` });
  });
}

describe('twins, merged records and spellings', () => {
  eachPortal(journey => {
    apart(journey);
    merged(journey);
    spelled(journey);
  });
});
