/** What a patient's Consents permit and deny to others, inside every query and from the next request on. */
import assert from 'node:assert/strict';
import { actor, classes, FamilyRecord, label, LOINC } from './family-record.js';
import { DAY, eachPortal, type Journey } from './journey.js';

const CLIENT = 'https://portico.health/fhir/NamingSystem/client';
const code = (value: string) => ({ coding: [{ system: LOINC, code: value }] });

function limits(journey: () => Journey): void {
  const begin = () => FamilyRecord.begin(journey());

  it('[D12] [B41] a denial by actor and type binds the next request, in every way of asking, and ends with the Consent', async () => {
    const record = await begin();
    const observation = await record.observe();
    const { document, file } = await record.document();
    const id = record.patient.slice('Patient/'.length);
    const sight = async () => [
      await record.status(record.proxy, observation),
      await record.count(record.proxy, `Observation?patient=${id}`),
      (await record.found(record.proxy, `Patient?_id=${id}&_revinclude=Observation:subject`)).length - 1,
      (await record.found(record.proxy, `Patient/${id}/$everything`)).includes(observation),
      await record.status(record.proxy, `${observation}/_history/1`),
      await record.status(record.proxy, `../facade/${observation}`),
    ];
    const seen = [200, 1, 1, true, 200, 200];
    assert.deepEqual(await sight(), seen);
    const consent = await record.record({
      type: 'deny',
      actor: [actor(record.relation)],
      class: classes('Observation'),
    });
    assert.deepEqual(await sight(), [404, 0, 0, false, 404, 404]);
    assert.equal(await record.status(record.own, observation), 200, 'the patient’s own record stays the patient’s');
    for (const path of [document, file]) assert.equal(await record.status(record.proxy, path), 200);
    await record.end(consent);
    assert.deepEqual(await sight(), seen);
  });

  it('[D12] [D03] binds tokens that are in use: of the proxy, of the app that is named, of staff who are', async () => {
    const record = await begin();
    const observation = await record.observe();
    const app = { ...actor(''), reference: { identifier: { system: CLIENT, value: 'demo-patient' } } };
    const cases: [string, object][] = [
      [record.proxy, { type: 'deny' }],
      [record.own, { type: 'deny', class: classes('Observation'), actor: [app] }],
      ['demo-clinician', { type: 'deny', actor: [actor('Practitioner/demo-clinician')] }],
    ];
    for (const [who, provision] of cases) {
      const [client = '', person] = who.split(' as ');
      const headers = { authorization: `Bearer ${journey().server.token(client, person)}` };
      const status = async () => (await fetch(`${journey().server.portal}/${observation}`, { headers })).status;
      assert.equal(await status(), 200, who);
      const consent = await record.record(provision);
      assert.equal(await status(), 404, who);
      await record.end(consent);
      assert.equal(await status(), 200, who);
    }
  });

  it('[D12] a file is denied with its document', async () => {
    const record = await begin();
    const { document, file } = await record.document();
    await record.record({ type: 'deny', class: classes('DocumentReference') });
    for (const path of [document, file]) {
      assert.equal(await record.status(record.proxy, path), 404);
      assert.equal(await record.status(record.own, path), 200);
    }
  });

  it('[D12] a page link from before is no way around', async () => {
    const record = await begin();
    for (let count = 0; count < 3; count++) await record.observe();
    const id = record.patient.slice('Patient/'.length);
    const { body } = await journey().expect(200, record.proxy, 'GET', `Observation?patient=${id}&_count=1`);
    const { link } = body as unknown as { link: { relation: string; url: string }[] };
    const next = link.find(({ relation }) => relation === 'next')?.url.split('/fhir/portal/')[1] ?? assert.fail();
    await record.record({ type: 'deny', class: classes('Observation') });
    assert.equal(await record.status(record.proxy, next), 404);
  });

  it('[D14] who is named is meant: another proxy, another app, another patient are not', async () => {
    const [record, other] = [await begin(), await begin()];
    const observation = await record.observe();
    await record.make(record.consent({ type: 'deny', actor: [actor(other.relation)] }));
    assert.equal(await record.status(record.proxy, observation), 200);
    const app = (value: string) => ({ ...actor(''), reference: { identifier: { system: CLIENT, value } } });
    await record.record({ type: 'deny', actor: [app('demo-other')], class: classes('Observation') });
    assert.deepEqual(
      [await record.status(record.own, observation), await record.status(record.proxy, observation)],
      [200, 200],
    );
    const consent = await record.record({ type: 'deny', actor: [app('demo-patient')], class: classes('Observation') });
    assert.deepEqual(
      [await record.status(record.own, observation), await record.status(record.proxy, observation)],
      [404, 404],
    );
    assert.equal(await record.status(other.proxy, await other.observe()), 200);
    await record.end(consent);
    assert.equal(await record.status(record.own, observation), 200);
  });

  it('[D14] exceptions within a rule hold; of what contradicts itself the most restrictive wins', async () => {
    const record = await begin();
    const [weight, glucose] = [await record.observe([], '29463-7'), await record.observe([], '2339-0')];
    const { document } = await record.document();
    const sight = async () => Promise.all([weight, glucose, document].map(path => record.status(record.proxy, path)));
    const rule = {
      type: 'deny',
      class: classes('Observation'),
      provision: [
        {
          type: 'permit',
          code: [code('29463-7')],
          provision: [{ type: 'deny', actor: [actor(record.relation)], period: { end: '2020-01-01' } }],
        },
      ],
    };
    await record.record(rule);
    assert.deepEqual(await sight(), [200, 404, 200]);
    const first = await record.record({ type: 'permit', class: classes('Observation') });
    assert.deepEqual(await sight(), [200, 404, 200], 'a permission beside it lifts no denial');
    await record.end(first);
    await record.record({
      type: 'deny',
      provision: [{ type: 'permit', actor: [actor(record.relation)], class: classes('DocumentReference') }],
    });
    assert.deepEqual(await sight(), [404, 404, 200]);
  });

  it('[D14] a denial by more codes than a search takes hides what could have one of them, and a permission by them nothing', async () => {
    const record = await begin();
    const observation = await record.observe();
    const codes = Array.from({ length: 501 }, (_, at) => code(`X-${at}`));
    const consent = await record.record({ type: 'deny', code: codes });
    assert.equal(await record.status(record.proxy, observation), 404);
    assert.equal(await record.status(record.proxy, record.patient), 200, 'a Patient has no code');
    await record.end(consent);
    assert.equal(await record.status(record.proxy, observation), 200);
    await record.record({ type: 'deny', class: classes('Observation'), provision: [{ type: 'permit', code: codes }] });
    assert.equal(await record.status(record.proxy, observation), 404);
  });

  it('[D07] [D14] rules hold in their period, of the data of a time, and no longer', async () => {
    const record = await begin();
    const [old, recent] = [
      await record.observe([], '29463-7', '2001-05-05'),
      await record.observe([], '29463-7', '2025-05-05'),
    ];
    const sight = async () => Promise.all([old, recent].map(path => record.status(record.proxy, path)));
    const end = new Date(Date.now() + 2 * DAY).toISOString();
    await record.record({ type: 'deny', period: { end }, dataPeriod: { end: '2010-01-01' } });
    assert.deepEqual(await sight(), [404, 200]);
    journey().pass(3 * DAY);
    assert.deepEqual(await sight(), [200, 200]);
    await record.record({ type: 'deny', period: { end: '2020-12-31' } });
    assert.deepEqual(await sight(), [200, 200]);
  });

  it('[B41] a sensitive label is shown to whom a Consent permits it, to the letter, and to nobody else', async () => {
    const record = await begin();
    const [hiv, restricted] = [await record.observe(['HIV']), await record.observe(['R'])];
    const sight = async () => Promise.all([hiv, restricted].map(path => record.status(record.proxy, path)));
    await record.record({ type: 'permit', actor: [actor(record.relation)] });
    assert.deepEqual(await sight(), [404, 404], 'a permission that names no label permits none');
    const consent = await record.record({
      type: 'permit',
      actor: [actor(record.relation)],
      securityLabel: [label('HIV')],
    });
    assert.deepEqual(await sight(), [200, 404]);
    await record.record({ type: 'deny', securityLabel: [label('HIV')] });
    assert.deepEqual(await sight(), [404, 404]);
    await record.end(consent);
  });

  it('[D14] what is not understood is refused; where it is stored all the same, it denies', async () => {
    const record = await begin();
    const observation = await record.observe();
    const wrong: object[] = [
      { type: 'permit', purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'TREAT' }] },
      { type: 'permit', class: [{ system: 'http://hl7.org/fhir/consentcontentclass', code: 'x' }] },
      { type: 'permit', actor: [{ ...actor(''), reference: { display: 'My neighbour' } }] },
      { type: 'deny', provision: [{ class: classes('Observation') }] },
      { class: classes('Observation') },
    ];
    for (const provision of wrong) {
      await journey().expect(422, record.own, 'POST', 'Consent', record.consent(provision));
    }
    assert.equal(await record.status(record.proxy, observation), 200);
    const other = record.consent({ type: 'permit', purpose: [{ code: 'TREAT' }] }, { scope: { text: 'Privacy' } });
    const consent = await record.make(other);
    assert.equal(
      await record.status(record.proxy, observation),
      200,
      'a permission that is not understood changes nothing',
    );
    await record.make(
      record.consent({ provision: [{ type: 'permit', class: classes('Task') }] }, { scope: { text: 'Privacy' } }),
    );
    assert.equal(await record.status(record.proxy, observation), 404, 'a rule without a type denies');
    assert.equal(await record.status(record.own, observation), 200);
    assert.ok(consent);
    const third = await begin();
    const theirs = await third.observe();
    const somebody = { ...actor(''), reference: { display: 'My neighbour' } };
    await third.make(third.consent({ type: 'deny', actor: [somebody] }, { scope: { text: 'Privacy' } }));
    assert.equal(await third.status(third.proxy, theirs), 404, 'somebody who is not known may be anybody');
  });

  it('[B41] staff are limited where they are named, by themselves, by role or by Organization', async () => {
    const record = await begin();
    const observation = await record.observe();
    const organization = await record.make({ resourceType: 'Organization', active: true, name: 'A ward' });
    const practitioner = await record.make({ resourceType: 'Practitioner', active: true });
    const role = await record.make({
      ...{ resourceType: 'PractitionerRole', active: true, practitioner: { reference: practitioner } },
      organization: { reference: organization },
      code: [{ coding: [{ system: 'https://portico.health/fhir/CodeSystem/role', code: 'clinician' }] }],
    });
    const who = `demo-clinician as ${practitioner}`;
    await record.record({ type: 'deny' });
    assert.equal(await record.status(who, observation), 200, 'a rule about everybody is about no staff');
    for (const named of [practitioner, role, organization]) {
      const consent = await record.record({ type: 'deny', actor: [actor(named)], class: classes('Observation') });
      assert.equal(await record.status(who, observation), 404, named);
      assert.equal(await record.status('demo-clinician', observation), 200);
      await record.end(consent);
      assert.equal(await record.status(who, observation), 200, named);
    }
  });
}

function recording(journey: () => Journey): void {
  const begin = () => FamilyRecord.begin(journey());

  it('[D15] a patient records a Consent and ends it, and changes nothing else of it', async () => {
    const record = await begin();
    const path = await record.record({ type: 'deny', class: classes('Observation') });
    const { body } = await journey().expect(200, record.own, 'GET', path);
    assert.deepEqual((body as unknown as { performer: object }).performer, [{ reference: record.patient }]);
    const changed = { ...body, provision: { type: 'permit' } };
    assert.equal((await journey().call(record.own, 'PUT', path, changed)).status, 422);
    await record.end(path);
    const { body: ended } = await journey().expect(200, record.own, 'GET', path);
    await journey().expect(422, record.own, 'PUT', path, { ...ended, status: 'active' });
    await journey().expect(403, record.own, 'DELETE', path);
    const draft = record.consent({ type: 'deny' }, { status: 'draft' });
    await journey().expect(422, record.own, 'POST', 'Consent', draft);
  });

  it('[D05] [D15] a proxy denies for the patient and ends that, permits nothing, and ends nothing of the patient’s', async () => {
    const record = await begin();
    const own = await record.record({ type: 'deny', actor: [actor(record.relation)], class: classes('Observation') });
    const post = (provision: object) => journey().call(record.proxy, 'POST', 'Consent', record.consent(provision));
    for (const provision of [
      { type: 'permit', securityLabel: [label('R')] },
      { type: 'deny', provision: [{ type: 'permit' }] },
    ]) {
      assert.equal((await post(provision)).status, 403);
    }
    const { body } = await journey().expect(200, record.proxy, 'GET', own);
    await journey().expect(403, record.proxy, 'PUT', own, { ...body, status: 'inactive' });
    const made = await post({ type: 'deny', class: classes('DocumentReference') });
    assert.equal(made.status, 201);
    assert.deepEqual((made.body as unknown as { performer: object }).performer, [{ reference: record.relation }]);
    await journey().expect(200, record.proxy, 'PUT', `Consent/${String(made.body.id)}`, {
      ...made.body,
      status: 'inactive',
    });
    const stranger = await begin();
    await journey().expect(403, stranger.own, 'POST', 'Consent', record.consent({ type: 'deny' }));
  });
}

describe('Consents', () => {
  eachPortal(limits);
  eachPortal(recording);
});
