/** What patients and their proxies measure and enter: on their own records alone, told by whom, and apart from the organization's. */
import assert from 'node:assert/strict';
import type { Bundle, Observation, Provenance } from 'fhir/r4.js';
import { isSlow } from '../fixtures/storages.js';
import { startTestServer } from '../fixtures/server.js';
import { askWith } from '../abuse/ward.js';
import { eachPortal, issue, type Answer, type Caller, type Journey } from './journey.js';
import { familyOf, reference, system } from './proxies.js';

const CATEGORIES = 'http://terminology.hl7.org/CodeSystem/observation-category';
const PATCH = { 'content-type': 'application/json-patch+json' };
const OWN = 'https://portico.health/fhir';

const category = (code: string) => [{ coding: [{ system: CATEGORIES, code }] }];

/** A weight. */
const weight = (patient: string, more: object = {}) => ({
  ...{ resourceType: 'Observation', status: 'final', subject: reference(patient), category: category('vital-signs') },
  ...{ code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] }, effectiveDateTime: '2026-06-01T07:00:00Z' },
  valueQuantity: { value: 71.5, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  ...more,
});

function measuring(journey: () => Journey): void {
  const { make, named, relation, account, status } = familyOf(journey);
  const post = (who: Caller, body: object, headers: object = {}): Promise<Answer> =>
    journey().call(who, 'POST', 'Observation', body, headers);
  const patientWith = async (): Promise<{ patient: string; self: Caller }> => {
    const patient = await make(named('Measured'));
    return { patient, self: await account(patient) };
  };
  const pathOf = ({ body }: Answer): string => `Observation/${String(body.id)}`;
  const provenancesOf = async (who: Caller, path: string): Promise<Provenance[]> => {
    const { body } = await journey().expect(200, who, 'GET', `Provenance?target=${path}`);
    return ((body as unknown as Bundle).entry ?? []).map(({ resource }) => resource as Provenance);
  };

  it('[PKB-12] a patient enters a measurement: told as theirs, seen at once, and changed and taken back by them', async () => {
    const { patient, self } = await patientWith();
    const made = await post(self, weight(patient, { device: { display: 'Scale' } }));
    assert.equal(made.status, 201, made.text);
    const stored = made.body as unknown as Observation;
    assert.deepEqual(stored.performer, [reference(patient)]);
    assert.ok(stored.meta?.profile?.includes(`${OWN}/StructureDefinition/patient-entered-observation`));
    const path = pathOf(made);
    assert.equal(await status('demo-clinician', path), 200);
    for (const who of [system, self]) {
      const all = await provenancesOf(who, path);
      assert.equal(all.length, 1);
      const record = all[0]!;
      assert.ok(record.activity?.coding?.some(({ code }) => code === 'patient-entered'));
      assert.deepEqual(record.agent[0]?.who, reference(patient));
      assert.deepEqual(record.agent[1]?.who, { display: 'Scale' });
    }
    const changed = { ...made.body, valueQuantity: { ...stored.valueQuantity, value: 72 } };
    assert.equal((await journey().call(self, 'PUT', path, changed)).status, 200);
    const patch = [{ op: 'replace', path: '/valueQuantity/value', value: 73 }];
    assert.equal((await journey().call(self, 'PATCH', path, patch, PATCH)).status, 200);
    assert.equal((await provenancesOf(system, path)).length, 3);
    assert.equal(await status(self, path, 'DELETE'), 204);
    assert.equal(await status(self, path), 410);
  });

  it('[PKB-12] [PC-5] a proxy enters for whom they act, and the record says for whom; by read-record alone', async () => {
    const { patient, self } = await patientWith();
    const relative = await make(relation(patient, 'read-record'));
    const proxy = await account(relative);
    const made = await post(proxy, weight(patient));
    assert.equal(made.status, 201, made.text);
    assert.deepEqual((made.body as unknown as Observation).performer, [reference(relative)]);
    const [record] = await provenancesOf(system, pathOf(made));
    const [agent] = record!.agent;
    assert.deepEqual([agent?.who, agent?.onBehalfOf], [reference(relative), reference(patient)]);
    assert.equal(await status(self, pathOf(made)), 200);
    const results = await account(await make(relation(patient, 'read-results', 'messages')));
    assert.equal((await post(results, weight(patient))).status, 403);
    const before = await journey().expect(200, system, 'GET', relative);
    await journey().expect(200, system, 'PUT', relative, { ...before.body, active: false });
    assert.equal((await post(proxy, weight(patient))).status, 403, 'who acts no longer');
    assert.equal(await status(proxy, pathOf(made), 'DELETE'), 404);
  });

  it('[PKB-12] [B21] nobody enters for others, and another’s patient and none are the same', async () => {
    const [{ patient, self }, other] = [await patientWith(), await patientWith()];
    const [hidden, absent] = [await post(self, weight(other.patient)), await post(self, weight('Patient/nobody'))];
    assert.deepEqual([hidden.status, absent.status], [403, 403]);
    assert.equal(hidden.text, absent.text);
    assert.equal(issue(hidden).expression, 'Observation.subject');
    for (const performer of [other.patient, 'Practitioner/demo-clinician', 'Organization/demo-clinical-group']) {
      const answer = await post(self, weight(patient, { performer: [reference(performer)] }));
      assert.deepEqual([answer.status, issue(answer).expression], [403, 'Observation.performer[0]'], performer);
    }
    const made = await post(self, weight(patient));
    const moved = await journey().call(self, 'PUT', pathOf(made), { ...made.body, subject: reference(other.patient) });
    assert.equal(moved.status, 403);
    const { body } = await journey().expect(200, self, 'GET', 'Observation');
    assert.equal((body as unknown as Bundle).total, 1);
  });

  it('[PKB-12] [B21] a measurement of one child does not become the other’s, whoever acts for both', async () => {
    const [one, other] = [await make(named('One')), await make(named('Other'))];
    const both = await account(await make(relation(one)), await make(relation(other)));
    const made = await post(both, weight(one));
    assert.equal(made.status, 201, made.text);
    const performer = undefined;
    const moved = await journey().call(both, 'PUT', pathOf(made), {
      ...{ ...made.body, performer, subject: reference(other) },
    });
    assert.deepEqual([moved.status, issue(moved).expression], [403, 'Observation.subject']);
  });

  it('[PKB-12] what the organization recorded stays, whoever performed it', async () => {
    const { patient, self } = await patientWith();
    const theirs = [
      await make(weight(patient)),
      await make(weight(patient, { performer: [reference(patient)] })),
      await make(
        weight(patient, {
          extension: [{ url: `${OWN}/StructureDefinition/entered-by`, valueReference: reference(patient) }],
        }),
      ),
    ];
    for (const path of theirs) {
      const { body } = await journey().expect(200, self, 'GET', path);
      const patch = [{ op: 'replace', path: '/valueQuantity/value', value: 60 }];
      const [, id = ''] = path.split('/');
      assert.equal(await status(self, path, 'PUT', { ...body, note: [{ text: 'mine' }] }), 403);
      assert.equal((await journey().call(self, 'PATCH', path, patch, PATCH)).status, 403);
      assert.equal(await status(self, path, 'DELETE'), 403);
      assert.equal(await status(self, `Observation?_id=${id}`, 'DELETE'), 403);
      const after = await journey().expect(200, system, 'GET', path);
      assert.deepEqual(after.body, body);
    }
  });

  it('[PKB-12] what a clinician changes is the organization’s from then on', async () => {
    const { patient, self } = await patientWith();
    const made = await post(self, weight(patient));
    const path = pathOf(made);
    const reviewed = { ...made.body, note: [{ text: 'Scale checked' }] };
    await journey().expect(200, 'demo-clinician', 'PUT', path, reviewed);
    assert.equal(await status(self, path, 'PUT', made.body), 403);
    assert.equal(await status(self, path, 'DELETE'), 403);
  });

  it('[PKB-12] what does not conform is refused with its place', async () => {
    const { patient, self } = await patientWith();
    const wrong: [object, string][] = [
      [{ status: 'preliminary' }, 'Observation.status'],
      [{ category: category('laboratory') }, 'Observation.category[0]'],
      [{ category: [...category('vital-signs'), ...category('laboratory')] }, 'Observation.category[1]'],
      [{ category: undefined }, 'Observation.category'],
      [{ code: { text: 'Weight' } }, 'Observation'],
      [{ effectiveDateTime: undefined }, 'Observation.effective'],
      [{ effectiveDateTime: '2999-01-01' }, 'Observation.effective'],
      [{ valueQuantity: undefined }, 'Observation'],
      [{ subject: undefined }, 'Observation.subject'],
    ];
    for (const [more, place] of wrong) {
      const answer = await post(self, weight(patient, more));
      assert.equal(answer.status, 422, answer.text);
      assert.ok(issue(answer).expression?.startsWith(place), `${place}: ${answer.text}`);
    }
    const labelled = await post(self, weight(patient, { meta: { tag: [{ code: 'urgent' }] } }));
    assert.equal(labelled.status, 403, 'labels are not theirs to set');
    assert.equal((await journey().expect(200, self, 'GET', 'Observation?_summary=count')).body['total'], 0);
  });

  it('[PKB-12] a device that retries makes no duplicate, two at once included', async () => {
    const { patient, self } = await patientWith();
    const body = weight(patient, { identifier: [{ system: 'https://device.example.org', value: 'r-1' }] });
    const once = () => post(self, body, { 'if-none-exist': 'identifier=https://device.example.org|r-1' });
    const count = isSlow(journey().storage) ? 3 : 12;
    const all = await Promise.all(Array.from({ length: count }, once));
    const statuses = all.map(answer => answer.status);
    assert.equal(statuses.filter(one => one === 201).length, 1, statuses.join());
    assert.ok(
      statuses.every(one => [200, 201].includes(one)),
      statuses.join(),
    );
    assert.equal((await once()).status, 200);
    const other = await patientWith();
    const theirs = weight(other.patient, { identifier: body['identifier' as keyof typeof body] });
    const same = await post(other.self, theirs, { 'if-none-exist': 'identifier=https://device.example.org|r-1' });
    assert.equal(same.status, 201, 'what another patient’s device said is not known here');
  });

  it('[PKB-12] a day of measurements comes in one Bundle: each for itself, or all of them', async () => {
    const { patient, self } = await patientWith();
    const bundle = (type: string, ...all: object[]) => ({
      ...{ resourceType: 'Bundle', type },
      entry: all.map(resource => ({ resource, request: { method: 'POST', url: 'Observation' } })),
    });
    const bad = weight(patient, { category: category('laboratory') });
    const batch = await journey().expect(200, self, 'POST', '', bundle('batch', weight(patient), bad));
    const answers = ((batch.body as unknown as Bundle).entry ?? []).map(({ response }) => response?.status.slice(0, 3));
    assert.deepEqual(answers, ['201', '422']);
    await journey().expect(422, self, 'POST', '', bundle('transaction', weight(patient), bad));
    await journey().expect(200, self, 'POST', '', bundle('transaction', weight(patient), weight(patient)));
    assert.equal((await journey().expect(200, self, 'GET', 'Observation?_summary=count')).body['total'], 3);
  });

  it('[PKB-12] [B40] it takes a scope to create', async () => {
    const { patient, self } = await patientWith();
    const person = self.split(' as ')[1]!;
    const claims = { client: 'demo-patient', scope: 'patient/Observation.rs', person };
    assert.equal((await askWith(journey(), claims, 'POST', 'Observation', weight(patient))).status, 403);
  });
}

describe('measurements that patients enter', () => {
  eachPortal(measuring);

  it('[PKB-12] [F15] one device enters so many in a minute, and others go on', async () => {
    const server = await startTestServer({ env: { PORTICO_MEASUREMENT_RATE: '2' } });
    try {
      const authorization = `Bearer ${server.token('demo-patient')}`;
      const enter = async (device: string): Promise<number> => {
        const body = weight('Patient/demo-patient', { device: { identifier: { value: device } } });
        const headers = { authorization, 'content-type': 'application/fhir+json' };
        const answer = await fetch(`${server.portal}/Observation`, {
          ...{ method: 'POST', headers, body: JSON.stringify(body) },
        });
        if (answer.status === 429) assert.ok(Number(answer.headers.get('retry-after')) > 0);
        return answer.status;
      };
      const statuses = [await enter('scale'), await enter('scale'), await enter('scale'), await enter('watch')];
      assert.deepEqual(statuses, [201, 201, 429, 201]);
    } finally {
      await server.close();
    }
  });
});
