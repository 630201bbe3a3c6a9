/** Members are found by what they are known by: plain searches, and $members with where each stands. */
import assert from 'node:assert/strict';
import type { Bundle, BundleEntry, Person, Resource } from 'fhir/r4.js';
import { uniqueLetters } from '../fixtures/unique.js';
import { eachPortal, issue, parameters, type Answer, type Caller, type Journey } from './journey.js';

const system: Caller = 'demo-system';
const ADMINISTRATOR: Caller = 'demo-agent as Practitioner/demo-administrator';
const STATUS = 'https://portico.health/fhir/StructureDefinition/enrollment-status';
const NEXT = 'https://portico.health/fhir/StructureDefinition/next-action';

const entriesOf = ({ body }: Answer): BundleEntry[] => (body as unknown as Bundle).entry ?? [];
const nameOf = ({ resource }: BundleEntry): string => `${resource?.resourceType}/${resource?.id}`;
const matchesOf = (answer: Answer): string[] =>
  entriesOf(answer)
    .filter(({ search }) => search?.mode === 'match')
    .map(nameOf);
const codesOf = ({ search }: BundleEntry, url: string): (string | undefined)[] =>
  (search?.extension ?? []).filter(one => one.url === url).map(({ valueCode }) => valueCode);

let numbers = 0;
/** A telephone number that nobody else has. */
const telephone = (): string => `212555${String(1000 + ++numbers)}`;

function actionsOf(journey: () => Journey) {
  const create = async (resource: object): Promise<string> => {
    const { body } = await journey().expect(201, system, 'POST', (resource as Resource).resourceType, resource);
    return `${body.resourceType}/${String(body.id)}`;
  };
  const facts = () => {
    const unique = uniqueLetters();
    return { family: `Y${unique}`, email: `${unique}@example.org`, mrn: `M-${unique}`, phone: telephone() };
  };
  const patient = ({ family, email, mrn, phone }: ReturnType<typeof facts>, more: object = {}) =>
    create({
      ...{ resourceType: 'Patient', active: true, birthDate: '1984-05-06' },
      name: [{ family, given: ['Anna', 'Maria'] }],
      identifier: [{ system: 'urn:mrn', value: mrn }],
      telecom: [
        { system: 'email', value: `${email[0]?.toUpperCase()}${email.slice(1)}` },
        { system: 'phone', value: `(${phone.slice(0, 3)}) ${phone.slice(3, 6)}-${phone.slice(6)}` },
      ],
      ...more,
    });
  const members = (query: Record<string, string>, who = ADMINISTRATOR) =>
    journey().call(who, 'GET', `Patient/$members?${new URLSearchParams(query).toString()}`);
  const found = async (path: string) => matchesOf(await journey().expect(200, system, 'GET', path));
  return { create, facts, patient, members, found };
}

function plain(journey: () => Journey): void {
  const { create, facts, patient, found } = actionsOf(journey);

  it('[RN-2] Patients by e-mail in any case, telephone in any form, identifier, name and birth date', async () => {
    const one = facts();
    const id = await patient(one);
    const { email, phone, mrn, family } = one;
    const number = encodeURIComponent(`+1 ${phone.slice(0, 3)} ${phone.slice(3)}`);
    for (const query of [
      ...[`email=${email.toUpperCase()}`, `telecom=${email}`, `phone=${phone}`, `phone=${number}`, `telecom=${number}`],
      ...[`identifier=urn:mrn|${mrn}`, `identifier=${mrn}`, `name=${family.toLowerCase()}`, `name=${family}&name=anna`],
      `birthdate=1984-05-06&family=${family}`,
    ]) {
      assert.deepEqual(await found(`Patient?${query}`), [id], query);
    }
    assert.deepEqual(await found(`Patient?birthdate=1984-05-07&family=${family}`), []);
  });

  it('[RN-2] accounts by what the record of their patient, or the relation of a proxy, says', async () => {
    const [member, proxy] = [facts(), facts()];
    const id = await patient(member);
    const { body } = await journey().expect(201, system, 'POST', `${id}/$enroll`);
    const account = `Person/${String(body.id)}`;
    const { email, phone, mrn, family } = member;
    for (const query of [
      ...[`patient.email=${email}`, `patient.phone=${phone}`, `link:Patient.telecom=${email}`],
      ...[`patient.identifier=urn:mrn|${mrn}`, `patient.name=${family}`],
    ]) {
      assert.deepEqual(await found(`Person?${query}`), [account], query);
    }
    const relation = await create({
      ...{ resourceType: 'RelatedPerson', active: true, patient: { reference: id } },
      telecom: [{ system: 'email', value: proxy.email.toUpperCase() }],
    });
    const acting = await create({ resourceType: 'Person', active: true, link: [{ target: { reference: relation } }] });
    assert.deepEqual(await found(`Person?relatedperson.email=${proxy.email}`), [acting]);
  });
}

function searching(journey: () => Journey): void {
  const { create, facts, patient, members } = actionsOf(journey);

  it('[RN-30] [RN-2] one search by any of them, with where the person stands and what is next', async () => {
    const one = facts();
    const id = await patient(one);
    const { body } = await journey().expect(201, system, 'POST', `${id}/$enroll`);
    const { email, phone, mrn, family } = one;
    for (const query of [
      ...[
        { email: email.toUpperCase() },
        { phone: `+1${phone}` },
        { identifier: mrn },
        { identifier: `urn:mrn|${mrn}` },
      ],
      ...[{ name: `anna ${family}` }, { name: family, birthDate: '1984-05-06', email }],
    ] as Record<string, string>[]) {
      const answer = await members(query);
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(matchesOf(answer), [id], JSON.stringify(query));
      assert.deepEqual(entriesOf(answer).map(nameOf), [id, `Person/${String(body.id)}`]);
      const [entry] = entriesOf(answer);
      assert.deepEqual([codesOf(entry!, STATUS), codesOf(entry!, NEXT)], [['enrolled'], ['message']]);
    }
    const posted = await journey().call(ADMINISTRATOR, 'POST', 'Patient/$members', parameters({ email }));
    assert.deepEqual(matchesOf(posted), [id]);
    for (const query of [{ email: 'nobody@example.org' }, { name: family, birthDate: '1984-05-07' }])
      assert.deepEqual(entriesOf(await members(query as Record<string, string>)), []);
  });

  it('[RN-30] of each kind of person: invited, minor, gone, merged away, acting for others only', async () => {
    const family = `Y${uniqueLetters()}`;
    const record = async (more: object) => patient({ ...facts(), family }, more);
    const standing = async (id: string) => {
      const entries = entriesOf(await members({ name: family, _count: '50' }));
      const entry = entries.find(one => nameOf(one) === id) ?? assert.fail(`no ${id}`);
      return [codesOf(entry, STATUS)[0], codesOf(entry, NEXT)];
    };
    const invited = await record({ birthDate: '1960-01-01' });
    await journey().expect(201, system, 'POST', `${invited}/$invite`);
    assert.deepEqual(await standing(invited), ['invited', ['resend', 'enroll']]);
    const all = entriesOf(await members({ name: family }));
    assert.ok(all.some(({ resource, search }) => resource?.resourceType === 'Task' && search?.mode === 'include'));
    const minor = await record({ birthDate: `${new Date().getUTCFullYear() - 9}-01-01` });
    assert.deepEqual(await standing(minor), ['minor', ['none']]);
    const gone = await record({ birthDate: '1930-01-01', deceasedBoolean: true });
    assert.deepEqual(await standing(gone), ['inactive', ['none']]);
    const kept = await record({ birthDate: '1971-01-01' });
    await journey().expect(201, system, 'POST', `${kept}/$enroll`);
    const merged = [{ type: 'replaced-by', other: { reference: kept } }];
    const late = await record({ birthDate: '1971-01-01', link: merged });
    assert.deepEqual(await standing(late), ['enrolled', ['message']]);
    const relation = await create({
      ...{ resourceType: 'RelatedPerson', active: true, patient: { reference: kept } },
      name: [{ family }],
    });
    const proxy = await create({ resourceType: 'Person', active: true, link: [{ target: { reference: relation } }] });
    assert.deepEqual(await standing(proxy), ['proxy-only', ['enroll']]);
    const both = await create({
      ...{ resourceType: 'RelatedPerson', active: true, patient: { reference: minor } },
      name: [{ family }],
    });
    const included = entriesOf(await members({ name: family, _count: '50' })).filter(
      ({ resource }) => resource?.resourceType === 'Person',
    );
    const member = included.find(one => nameOf(one) !== proxy) ?? assert.fail();
    const person = member.resource as Person;
    const link = [...(person.link ?? []), { target: { reference: both } }];
    await journey().expect(200, system, 'PUT', nameOf(member), { ...person, link });
    const found = matchesOf(await members({ name: family, _count: '50' }));
    assert.ok(!found.includes(nameOf(member)), 'a member who is a proxy, too, is found as the patient alone');
  });

  it('[RN-30] nothing is next for who waits for a review, until it is decided', async () => {
    const family = `Y${uniqueLetters()}`;
    const known = await patient({ ...facts(), family });
    await journey().expect(201, system, 'POST', `${known}/$enroll`);
    const late = await patient({ ...facts(), family }, { identifier: [{ system: 'urn:other', value: family }] });
    const next = async () => {
      const entry = entriesOf(await members({ name: family })).find(one => nameOf(one) === late);
      return entry && [codesOf(entry, STATUS), codesOf(entry, NEXT)];
    };
    assert.deepEqual(await next(), [['not-enrolled'], ['none']]);
    const { body } = await journey().expect(
      200,
      system,
      'GET',
      'Task?code=review-duplicate&_sort=-_lastUpdated&_count=1',
    );
    const [review] = (body as unknown as Bundle).entry ?? [];
    await journey().expect(200, ADMINISTRATOR, 'POST', `${nameOf(review!)}/$reject`);
    assert.deepEqual(await next(), [['not-enrolled'], ['invite', 'enroll']]);
  });

  it('[RN-30] pages hold each person once, by links that show nothing and are their caller’s alone', async () => {
    const family = `Y${uniqueLetters()}`;
    const ids = await Promise.all(Array.from({ length: 5 }, () => patient({ ...facts(), family })));
    const pages: Answer[] = [await members({ name: family, _count: '2' })];
    const nextOf = ({ body }: Answer) =>
      (body as unknown as Bundle).link?.find(({ relation }) => relation === 'next')?.url.split('/fhir/portal/')[1];
    for (let next = nextOf(pages[0]!); next; next = nextOf(pages.at(-1)!)) {
      assert.ok(!next.includes(family));
      assert.equal((await journey().call(system, 'GET', next)).status, 404, 'of another caller');
      pages.push(await journey().expect(200, ADMINISTRATOR, 'GET', next));
    }
    assert.deepEqual(
      pages.map(page => matchesOf(page).length),
      [2, 2, 1],
    );
    assert.deepEqual(pages.flatMap(matchesOf).sort(), [...ids].sort());
  });

  it('[RN-30] who must not: 403; what is no search: told where', async () => {
    const { email } = facts();
    for (const who of ['demo-clinician', 'demo-agent', 'demo-patient', 'demo-patient as Person/demo-proxy', 'demo-ehr'])
      assert.equal((await members({ email }, who)).status, 403, who);
    assert.equal((await members({ email }, '')).status, 401);
    assert.equal((await members({})).status, 422);
    for (const [name, value] of Object.entries({ birthDate: '1984-13-01', email: 'a@b,c@d', _count: '51' })) {
      const answer = await members({ name: 'x', [name]: value });
      assert.deepEqual([answer.status, issue(answer).expression?.includes(name)], [400, true], answer.text);
    }
    assert.equal((await members({ name: 'x', surname: 'y' })).status, 400);
    for (const name of ['a,b', 'a|b', '\\', '$', '*', '%'])
      assert.deepEqual(matchesOf(await members({ name, birthDate: '1984-05-06' })), [], name);
  });
}

describe('the search for members', () => {
  eachPortal(journey => {
    plain(journey);
    searching(journey);
  });
});
