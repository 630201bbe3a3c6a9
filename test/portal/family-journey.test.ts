/**
 * A family over ten years: a birth, parents, a change of custody, the 12th and the 18th birthday, a power of attorney, two deaths. After
 * each, everybody asks for everybody's record, messages and results, and who reaches nothing of another asks what the matrix asks.
 */
import assert from 'node:assert/strict';
import type { Bundle, CapabilityStatement } from 'fhir/r4.js';
import { attemptsAbout, drawn, numbersOf } from '../abuse/matrix-requests.js';
import { canary, nameOf } from '../abuse/two-patients.js';
import type { Attempt } from '../abuse/walk.js';
import { samples } from '../fixtures/samples.js';
import { isSlow } from '../fixtures/storages.js';
import { eachPortal, type Caller, type Journey } from './journey.js';
import {
  accountOf,
  administrator,
  asCaller,
  configure,
  ehr,
  human,
  linked,
  make,
  member,
  system,
  unlink,
  type Human,
} from './relations.js';

const DAY = 24 * 3600_000;
/** Requests of the matrix by each who reaches nothing of another, after each change. */
const ASKED = samples(4, 100);
const SEED = 20260601;

interface Family {
  readonly people: Map<string, { human: Human; who?: Caller }>;
  /** Years and days after the beginning. */
  at(years: number, days?: number): void;
  /** Who reaches what of whom now, but of themselves: `mother → elder`: `PMR` (record, messages, results). */
  reached(): Promise<Record<string, string>>;
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** Ids of messages and results, by the name that the matrix has for each. */
const idOf = new Map<string, string>();

/** A record, with a message and a result, both with the secret that the matrix asks for. */
async function recorded(journey: Journey, given: string, birthDate: string): Promise<Human> {
  const one = await human(journey, given, { birthDate });
  await fill(journey, one.patient);
  return one;
}

async function fill(journey: Journey, patient: string): Promise<void> {
  const subject = { reference: patient };
  const of = patient.slice('Patient/'.length);
  const keep = async (resource: { resourceType: string }): Promise<void> => {
    const { resourceType: type } = resource;
    idOf.set(nameOf(of, type), (await make(journey, resource)).slice(`${type}/`.length));
  };
  await keep({
    ...{ resourceType: 'Communication', status: 'completed', subject, payload: [{ contentString: canary(of) }] },
    ...{ sender: { reference: 'Organization/demo-clinical-group' } },
  });
  const laboratory = { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' };
  await keep({
    ...{ resourceType: 'Observation', status: 'final', subject, category: [{ coding: [laboratory] }] },
    ...{ code: { text: 'Haemoglobin' }, valueString: canary(of) },
  });
}

const statementOf = async (journey: Journey): Promise<CapabilityStatement> =>
  (await journey.expect(200, '', 'GET', 'metadata')).body as unknown as CapabilityStatement;

/** `Task?patient`: each search by patient that the statement declares. */
function searchesOf({ rest: [rest] = [] }: CapabilityStatement): string[] {
  return (rest?.resource ?? []).flatMap(({ type, searchParam = [] }) =>
    searchParam.flatMap(({ name }) => (name === 'patient' || name === 'subject' ? `${type}?${name}` : [])),
  );
}

const named = (attempts: readonly Attempt[]): Attempt[] =>
  JSON.parse([...idOf].reduce((text, [name, id]) => text.replaceAll(name, id), JSON.stringify(attempts))) as Attempt[];

function familyOf(journey: Journey, beginning: number): Family {
  const people: Family['people'] = new Map();
  const attempts = new Map<string, readonly Attempt[]>();
  const number = numbersOf(SEED);
  let declared: CapabilityStatement | undefined;
  const statement = async (): Promise<CapabilityStatement> => (declared ??= await statementOf(journey));
  const sees = async (who: Caller, patient: string): Promise<string> => {
    const read = (await journey.call(who, 'GET', patient)).status === 200 ? 'P' : '';
    const found = async (type: string, letter: string): Promise<string> => {
      const { body } = await journey.call(who, 'GET', `${type}?subject=${patient}&_summary=count`);
      return Number(body['total'] ?? 0) > 0 ? letter : '';
    };
    return read + (await found('Communication', 'M')) + (await found('Observation', 'R'));
  };
  /** Who reaches nothing of a patient finds nothing by any search that the portal declares. */
  const findsNothing = async (who: Caller, patient: string): Promise<void> => {
    const asked = searchesOf(await statement());
    const entry = asked.map(search => ({ request: { method: 'GET', url: `${search}=${patient}&_summary=count` } }));
    const { status, body } = await journey.call(who, 'POST', '', { resourceType: 'Bundle', type: 'batch', entry });
    // The dead have no way in.
    if (status === 401) return;
    const totals = (body as unknown as Bundle<Bundle>).entry?.map(({ resource, response }, at) => [
      asked[at],
      response?.status.startsWith('200') === true ? resource?.total : 0,
    ]);
    assert.deepEqual(
      totals,
      asked.map(search => [search, 0]),
      `${who}: ${patient}`,
    );
  };
  /** Nor is it in any answer to what the matrix asks. */
  const showsNothing = async (who: Caller, patient: string): Promise<void> => {
    const other = patient.slice('Patient/'.length);
    const all = attempts.get(other) ?? named(attemptsAbout(await statement(), other));
    attempts.set(other, all);
    const count = isSlow(journey.storage) ? Number(number(4) === 0) : ASKED;
    for (const one of drawn(all, count, number)) {
      const { method, path, body, headers } = one;
      const { status, text } = await journey.call(who, method, encodeURI(path), body, headers);
      const title = `seed ${SEED}, ${who}: ${method} ${path}: ${status}`;
      assert.ok(status < 500, `${title} ${text}`);
      assert.ok(!text.includes(canary(other)) || JSON.stringify(one).includes(canary(other)), title);
    }
  };
  return {
    people,
    at(years, days = 0) {
      const to = new Date(beginning);
      to.setUTCFullYear(to.getUTCFullYear() + years);
      journey.pass(to.getTime() + days * DAY - journey.server.app.parts.clock.now());
    },
    async reached() {
      const pairs = [...people].flatMap(([name, { who }]) =>
        [...people].flatMap(([other, one]) => (who === undefined || name === other ? [] : [{ name, who, other, one }])),
      );
      const all: Record<string, string> = {};
      for (const { name, who, other, one } of pairs) {
        const seen = await sees(who, one.human.patient);
        if (seen !== '') {
          all[`${name} → ${other}`] = seen;
          continue;
        }
        await findsNothing(who, one.human.patient);
        await showsNothing(who, one.human.patient);
      }
      return all;
    },
  };
}

/** The family at its beginning, and what happens to it. */
async function storyOf(journey: Journey) {
  const beginning = Date.parse(`${day(journey.server.app.parts.clock.now())}T12:00:00Z`) + DAY;
  const family = familyOf(journey, beginning);
  const { people } = family;
  family.at(0);
  const ages = { 'adolescent-age': { valueInteger: 12 }, 'adolescent-function': { valueCode: 'appointments' } };
  await configure(journey, ages);
  const born = (years: number, days = 0) => {
    const then = new Date(beginning);
    then.setUTCFullYear(then.getUTCFullYear() - years);
    return { birthDate: day(then.getTime() + days * DAY) };
  };
  for (const name of ['mother', 'father', 'aunt']) {
    const { who, ...one } = await member(journey, name, born(35));
    people.set(name, { human: one, who });
    await fill(journey, one.patient);
  }
  people.set('grandmother', { human: await recorded(journey, 'Grandmother', born(70).birthDate) });
  people.set('elder', { human: await recorded(journey, 'Elder', born(9, -30).birthDate) });
  const patient = (name: string): string => people.get(name)!.human.patient;
  const proxies = new Map<string, string>();
  return {
    ...{ family, people, patient, beginning },
    async acts(proxy: string, principal: string, basis: string, caller: Caller, more: object = {}) {
      const how = { principal: patient(principal), proxy: patient(proxy), basis, relationship: 'FAMMEMB', ...more };
      proxies.set(`${proxy} → ${principal}`, (await linked(journey, how, caller)).id!);
    },
    async noLonger(pair: string, reason: string) {
      assert.equal((await unlink(journey, administrator, proxies.get(pair), reason)).status, 200);
    },
    async amend(name: string, change: object) {
      const { body } = await journey.expect(200, system, 'GET', patient(name));
      await journey.expect(200, system, 'PUT', patient(name), { ...body, ...change });
    },
  };
}

describe('a family over ten years', () => {
  eachPortal(journey => {
    it('[PC-5] [RN-17] [D08] [D16] each reaches of each other what they may, and nothing else, at every moment', async () => {
      const { family, people, patient, beginning, acts, noLonger, amend } = await storyOf(journey());
      assert.deepEqual(await family.reached(), {});

      // Parents of a child of nine.
      await acts('mother', 'elder', 'parent-guardian', ehr);
      await acts('father', 'elder', 'parent-guardian', ehr);
      assert.deepEqual(await family.reached(), { 'mother → elder': 'PMR', 'father → elder': 'PMR' });

      // A birth.
      family.at(1);
      people.set('baby', { human: await recorded(journey(), 'Baby', day(beginning + 364 * DAY)) });
      await acts('mother', 'baby', 'parent-guardian', ehr);
      await acts('father', 'baby', 'parent-guardian', ehr);
      const both = { 'mother → elder': 'PMR', 'father → elder': 'PMR', 'mother → baby': 'PMR', 'father → baby': 'PMR' };
      assert.deepEqual(await family.reached(), both);

      // Custody changes.
      family.at(2);
      await noLonger('father → elder', 'custody');
      await noLonger('father → baby', 'custody');
      assert.deepEqual(await family.reached(), { 'mother → elder': 'PMR', 'mother → baby': 'PMR' });

      // The 12th birthday, the day before and the day itself.
      family.at(3, -31);
      assert.deepEqual(await family.reached(), { 'mother → elder': 'PMR', 'mother → baby': 'PMR' });
      family.at(3, -30);
      assert.deepEqual(await family.reached(), { 'mother → elder': 'P', 'mother → baby': 'PMR' });

      // An account of one's own, where the law of the place allows it: from 16 on.
      assert.equal((await journey().call(ehr, 'POST', `${patient('elder')}/$enroll`)).status, 422);
      family.at(7);
      const enrolled = await journey().expect(201, ehr, 'POST', `${patient('elder')}/$enroll`);
      people.set('elder', { human: people.get('elder')!.human, who: asCaller(`Person/${String(enrolled.body.id)}`) });
      assert.deepEqual(await family.reached(), { 'mother → elder': 'P', 'mother → baby': 'PMR' });

      // A power of attorney: the account that the grandmother lacks is made.
      await acts('mother', 'grandmother', 'long-term-incapacity', administrator);
      const hers = await accountOf(journey(), patient('grandmother'));
      assert.ok(hers);
      people.set('grandmother', { human: people.get('grandmother')!.human, who: asCaller(`Person/${hers.id}`) });
      const attorney = { 'mother → baby': 'PMR', 'mother → grandmother': 'PMR' };
      assert.deepEqual(await family.reached(), { ...attorney, 'mother → elder': 'P' });

      // The 18th birthday; who may act for others helps with the messages alone.
      family.at(9, -30);
      assert.deepEqual(await family.reached(), attorney);
      await journey().server.app.identity.comingOfAge.idle();
      assert.deepEqual(await family.reached(), attorney);
      const told = (await journey().mails(people.get('elder')!.human.email)).map(({ subject }) => subject);
      const ended = told.filter(subject => subject === 'Somebody no longer acts for a patient');
      assert.equal(ended.length, 2, 'of the custody, and of the majority');
      await acts('elder', 'grandmother', 'convenience', ehr, { functions: ['messages'] });
      assert.deepEqual(await family.reached(), { ...attorney, 'elder → grandmother': 'PM' });

      // Deaths: of whom others act for, and of who acts for others.
      await amend('grandmother', { deceasedDateTime: day(journey().server.app.parts.clock.now()) });
      assert.deepEqual(await family.reached(), { 'mother → baby': 'PMR' });
      family.at(10);
      await amend('mother', { deceasedBoolean: true });
      assert.deepEqual(await family.reached(), {});
      await acts('aunt', 'baby', 'legal-guardian', administrator);
      assert.deepEqual(await family.reached(), { 'aunt → baby': 'PMR' });
    });
  });
});
