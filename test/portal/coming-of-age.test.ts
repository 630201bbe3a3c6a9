/** Both sides are told when the age of a child changes what parents may do: once, also by two processes and after a restart. */
import assert from 'node:assert/strict';
import { DAY, eachPortal, type Journey } from './journey.js';
import {
  configure,
  dayAt,
  ehr,
  human,
  linked,
  member,
  reads,
  relationsOf,
  system,
  type Human,
  type Member,
} from './relations.js';

/** A child who has this age in a day, and a parent. */
async function family(journey: Journey, years: number, daysAhead: number): Promise<{ child: Human; mother: Member }> {
  const tomorrow = dayAt(Date.now() + (daysAhead + 1) * DAY);
  const birthDate = `${Number(tomorrow.slice(0, 4)) - years}${tomorrow.slice(4)}`;
  const [child, mother] = [await human(journey, 'Child', { birthDate }), await member(journey, 'Mother')];
  await linked(
    journey,
    { principal: child.patient, proxy: mother.patient, basis: 'parent-guardian', relationship: 'MTH' },
    ehr,
  );
  return { child, mother };
}

const told = async (journey: Journey, { email }: { email: string }, about: string): Promise<number> =>
  (await journey.mails(email)).filter(({ subject }) => subject === about).length;

const NARROWED = 'A child has reached an age';
const ENDED = 'Somebody no longer acts for a patient';

describe('a child who comes of age', () => {
  eachPortal(journey => {
    it('[D08] majority ends the relation by itself, with one notice to each side, whoever runs the work', async () => {
      const { child, mother } = await family(journey(), 18, 0);
      const worker = journey().server.app.identity.comingOfAge;
      await worker.idle();
      assert.equal(await reads(journey(), mother.who, child.patient), 200);
      assert.equal((await relationsOf(journey(), child.patient))[0]?.active, true);
      journey().pass(DAY);
      assert.equal(await reads(journey(), mother.who, child.patient), 404, 'before any work was done');
      await Promise.all([worker.next(), worker.next()]);
      await worker.idle();
      const [relation] = await relationsOf(journey(), child.patient);
      assert.equal(relation?.active, false);
      assert.deepEqual([await told(journey(), mother, ENDED), await told(journey(), child, ENDED)], [1, 1]);
    });

    it('[D08] the age at which functions narrow is told once, and majority later; a birth date put right counts', async () => {
      const settings = { 'adolescent-age': { valueInteger: 12 }, 'adolescent-function': { valueCode: 'appointments' } };
      await configure(journey(), settings);
      const { child, mother } = await family(journey(), 12, 1);
      const worker = journey().server.app.identity.comingOfAge;
      const born = async (birthDate: unknown) => {
        const { body } = await journey().expect(200, system, 'GET', child.patient);
        await journey().expect(200, system, 'PUT', child.patient, { ...body, birthDate });
        return body['birthDate'];
      };
      const rightly = await born('2020-01-01');
      await worker.idle();
      assert.equal(await told(journey(), mother, NARROWED), 0, 'it is looked into, and not yet so');
      await born(rightly);
      journey().pass(DAY);
      for (let round = 0; round < 3; round++) await worker.idle();
      assert.deepEqual([await told(journey(), mother, NARROWED), await told(journey(), child, NARROWED)], [1, 1]);
      assert.equal(await told(journey(), mother, ENDED), 0);
      assert.equal(await reads(journey(), mother.who, child.patient), 200, 'in the functions that remain');
      await born('1990-01-01');
      await worker.idle();
      assert.equal(await told(journey(), mother, ENDED), 1);
    });
  });
});
