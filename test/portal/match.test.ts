/** Patient/$match: who it may be, most likely first. */
import assert from 'node:assert/strict';
import type { Bundle, Patient } from 'fhir/r4.js';
import { uniqueLetters } from '../fixtures/unique.js';
import { eachPortal, issue, type Caller, type Journey } from './journey.js';

type Facts = Partial<Omit<Patient, 'resourceType'>>;

const GRADE = 'http://hl7.org/fhir/StructureDefinition/match-grade';
const email = (value: string) => [{ system: 'email' as const, value }];
const phone = (value: string) => [{ system: 'phone' as const, value }];
const mrn = (value: string) => [{ system: 'urn:mrn', value }];
const family = (): string => `Q${uniqueLetters()}`;

/** What these tests do again and again. */
function actionsOf(journey: () => Journey) {
  const create = async (facts: Facts): Promise<string> =>
    (await journey().expect(201, 'demo-ehr', 'POST', 'Patient', { resourceType: 'Patient', ...facts })).body.id ?? '';
  const call = (facts: object, others: object[] = [], caller: Caller = 'demo-ehr') =>
    journey().call(caller, 'POST', 'Patient/$match', {
      resourceType: 'Parameters',
      parameter: [{ name: 'resource', resource: { resourceType: 'Patient', ...facts } }, ...others],
    });
  const match = async (facts: Facts, others: object[] = [], caller: Caller = 'demo-ehr') => {
    const answer = await call(facts, others, caller);
    assert.equal(answer.status, 200, answer.text);
    const { type, entry = [] } = answer.body as unknown as Bundle<Patient>;
    assert.equal(type, 'searchset');
    return entry.map(({ resource, search, fullUrl }) => {
      assert.equal(search?.mode, 'match');
      assert.ok(fullUrl?.endsWith(`/Patient/${resource?.id}`));
      const [grade] = search.extension ?? [];
      assert.equal(grade?.url, GRADE);
      return { id: resource?.id, grade: grade.valueCode, score: search.score ?? 0 };
    });
  };
  const grades = async (facts: Facts, others?: object[]) =>
    (await match(facts, others)).map(({ id, grade }) => [id, grade]);
  return { create, call, match, grades };
}

function grading(journey: () => Journey): void {
  const { create, match, grades } = actionsOf(journey);

  it('[PC-1] $match orders records by score and says how sure it is', async () => {
    const name = family();
    const address = email(`${name}@example.org`);
    const born = '1990-05-06';
    const exact = await create({ name: [{ family: name, given: ['Anna'] }], birthDate: born, telecom: address });
    const vague = await create({ name: [{ family: name, given: ['Anna', 'Mia'] }], birthDate: born, telecom: address });
    const moved = await create({ name: [{ family: name, given: ['Anna'] }], birthDate: born });
    const married = await create({ name: [{ family: family(), given: ['Anna'] }], birthDate: born, telecom: address });
    await create({ name: [{ family: name, given: ['Ben'] }], birthDate: '1991-05-06' });
    const found = await match({ name: [{ family: name, given: ['Anna'] }], birthDate: born, telecom: address });
    assert.deepEqual(
      found.map(({ id, grade }) => [id, grade]),
      [[exact, 'certain'], ...found.slice(1, 3).map(({ id }) => [id, 'probable']), [married, 'possible']],
    );
    assert.deepEqual(new Set(found.slice(1, 3).map(({ id }) => id)), new Set([vague, moved]));
    const scores = found.map(({ score }) => score);
    assert.deepEqual(
      scores,
      [...scores].sort((a, b) => b - a),
    );
    assert.ok(scores.every(score => score > 0 && score <= 1));
  });

  it('[PC-1] $match is certain of a record number, doubts it where facts differ, and excludes another number', async () => {
    const name = family();
    const number = uniqueLetters();
    const facts = { name: [{ family: name, given: ['Anna'] }], birthDate: '1990-05-06' };
    const id = await create({ ...facts, identifier: mrn(number), telecom: email(`${name}@example.org`) });
    assert.deepEqual(await grades({ identifier: mrn(number) }), [[id, 'certain']]);
    assert.deepEqual(await grades({ ...facts, identifier: mrn(number) }), [[id, 'certain']]);
    assert.deepEqual(await grades({ identifier: mrn(number), birthDate: '1991-05-06' }), [[id, 'possible']]);
    const other = { ...facts, identifier: mrn(`${number}x`), telecom: email(`${name}@example.org`) };
    assert.deepEqual(await grades(other), []);
  });

  it('[PC-1] $match leaves out the inactive, the replaced and, beside the living, the dead', async () => {
    const facts = { name: [{ family: family(), given: ['Anna'] }], birthDate: '1990-05-06' };
    const dead = await create({ ...facts, deceasedBoolean: true });
    assert.deepEqual(await grades(facts), [[dead, 'probable']]);
    const alive = await create(facts);
    await create({ ...facts, active: false });
    const link = [{ type: 'replaced-by' as const, other: { reference: `Patient/${alive}` } }];
    await create({ ...facts, telecom: email('old@example.org'), link });
    assert.deepEqual(await grades(facts), [[alive, 'probable']]);
  });

  it('[PC-1] $match takes one certain match alone where it is asked to, and as many as it is asked for', async () => {
    const name = family();
    const only = [{ name: 'onlyCertainMatches', valueBoolean: true }];
    const facts = {
      name: [{ family: name, given: ['Anna'] }],
      birthDate: '1990-05-06',
      telecom: phone('+12125550111'),
    };
    const id = await create(facts);
    await create({ name: facts.name, birthDate: facts.birthDate });
    assert.deepEqual(await grades(facts, only), [[id, 'certain']]);
    assert.deepEqual(await grades(facts, [{ name: 'count', valueInteger: 1 }]), [[id, 'certain']]);
    await create({ ...facts, telecom: phone('(212) 555-0111') });
    assert.deepEqual(await grades(facts, only), [], 'of two that are certain none is');
    assert.equal((await grades(facts)).length, 3);
  });
}

function refusing(journey: () => Journey): void {
  const { create, call, match } = actionsOf(journey);

  it('[PC-1] $match answers an empty searchset where nobody matches, and refuses what it cannot look up', async () => {
    assert.deepEqual(await match({ identifier: mrn(uniqueLetters()) }), []);
    const faults: [object, object[], number, string][] = [
      [{}, [], 422, 'required'],
      [{ name: [{ given: ['Anna'] }] }, [], 422, 'required'],
      [{ name: 5 }, [], 400, 'structure'],
      [{ identifier: mrn('1') }, [{ name: 'count', valueInteger: 0 }], 400, 'value'],
      [{ identifier: mrn('1'), resourceType: 'Person' }, [], 400, 'value'],
    ];
    for (const [facts, others, status, code] of faults) {
      const answer = await call(facts, others);
      assert.deepEqual([answer.status, issue(answer).code], [status, code], answer.text);
    }
  });

  it('[PC-1] $match shows each caller what they see: nothing to strangers, themselves to patients', async () => {
    const facts = { name: [{ family: family(), given: ['Anna'] }], birthDate: '1990-05-06' };
    await create(facts);
    assert.equal((await call(facts, [], '')).status, 401);
    assert.deepEqual(await match(facts, [], 'demo-patient'), []);
    assert.equal((await match(facts, [], 'demo-agent as Practitioner/demo-agent')).length, 1);
    const outsider = await call(facts, [], 'demo-agent as Practitioner/demo-auditor');
    assert.ok(outsider.status === 403 || (outsider.body['total'] as number) === 0, outsider.text);
  });
}

describe('match', () => {
  eachPortal(journey => {
    grading(journey);
    refusing(journey);
  });
});
