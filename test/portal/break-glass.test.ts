/** Break-glass: a clinician opens what is restricted in one record, says why, for a while; the patient is told. */
import assert from 'node:assert/strict';
import type { AuditEvent, Bundle } from 'fhir/r4.js';
import { actor, FamilyRecord } from './family-record.js';
import { eachPortal, issue, output, type Caller, type Journey } from './journey.js';

const clinician: Caller = 'demo-clinician';
const auditor: Caller = 'demo-agent as Practitioner/demo-auditor';
const MINUTE = 60_000;

const why = (more: object[] = []) => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'reason', valueCode: 'emergency' },
    { name: 'text', valueString: 'Unconscious, no history' },
    ...more,
  ],
});

function breaking(journey: () => Journey): void {
  const open = (record: FamilyRecord, who = clinician, body: object = why()) =>
    journey().call(who, 'POST', `${record.patient}/$break-glass`, body);

  it('[B42] shows one clinician what is restricted in one record, until its time is over', async () => {
    const [record, other] = [await FamilyRecord.begin(journey()), await FamilyRecord.begin(journey())];
    const [hidden, sealed, elsewhere] = [
      await record.observe(['V']),
      await record.observe(['PSYTHPN']),
      await other.observe(['V']),
    ];
    await record.record({ type: 'deny', actor: [actor('Practitioner/demo-clinician')] });
    const plain = await record.observe();
    const paths = [hidden, plain, sealed, elsewhere];
    const sight = async () => Promise.all(paths.map(path => record.status(clinician, path)));
    const closed = [404, 404, 404, 404];
    assert.deepEqual(await sight(), closed);
    const answer = await open(record, clinician, why([{ name: 'minutes', valuePositiveInt: 30 }]));
    assert.equal(answer.status, 200, answer.text);
    assert.ok(output(answer, 'until'));
    assert.deepEqual(await sight(), [200, 200, 404, 404], 'a sealed note stays sealed, and so does everybody else');
    assert.equal(await record.count(clinician, `Observation?patient=${record.patient}`), 2);
    const colleague = await record.make({ resourceType: 'Practitioner', active: true });
    await record.make({
      ...{ resourceType: 'PractitionerRole', active: true, practitioner: { reference: colleague } },
      code: [{ coding: [{ system: 'https://portico.health/fhir/CodeSystem/role', code: 'clinician' }] }],
    });
    const another = `demo-clinician as ${colleague}`;
    assert.deepEqual([await record.status(another, plain), await record.status(another, hidden)], [200, 404]);
    journey().pass(31 * MINUTE);
    assert.deepEqual(await sight(), closed);
  });

  it('[B42] no longer than the setting says; ends before by its own move', async () => {
    const record = await FamilyRecord.begin(journey());
    const hidden = await record.observe(['V']);
    await open(record, clinician, why([{ name: 'minutes', valuePositiveInt: 100_000 }]));
    assert.equal(await record.status(clinician, hidden), 200);
    journey().pass(61 * MINUTE);
    assert.equal(await record.status(clinician, hidden), 404);
    await open(record);
    assert.equal(await record.status(clinician, hidden), 200);
    await journey().expect(200, clinician, 'POST', `${record.patient}/$end-break-glass`);
    assert.equal(await record.status(clinician, hidden), 404);
    await journey().expect(200, clinician, 'POST', `${record.patient}/$end-break-glass`);
  });

  it('[B42] takes a reason, a role, and a patient; refused, nothing is opened', async () => {
    const record = await FamilyRecord.begin(journey());
    const hidden = await record.observe(['V']);
    const [reason, text] = why().parameter;
    const wrong: [number, object][] = [
      [400, { resourceType: 'Parameters', parameter: [text] }],
      [400, { resourceType: 'Parameters', parameter: [reason] }],
      [422, { resourceType: 'Parameters', parameter: [{ name: 'reason', valueCode: 'curiosity' }, text] }],
      [422, { resourceType: 'Parameters', parameter: [reason, { name: 'text', valueString: ' \u00a0 ' }] }],
    ];
    for (const [status, body] of wrong) {
      const answer = await open(record, clinician, body);
      assert.equal(answer.status, status, answer.text);
    }
    assert.equal(await record.status(clinician, hidden), 404);
    for (const who of ['demo-agent', record.own, record.proxy, 'demo-system', 'demo-ehr', auditor]) {
      const answer = await open(record, who);
      assert.deepEqual([answer.status, issue(answer).code], [403, 'forbidden'], who);
    }
    assert.equal((await journey().call(clinician, 'POST', 'Patient/absent/$break-glass', why())).status, 404);
  });

  it('[B42] [D17] is in the audit with its purpose and reason, as is each access until then; the patient is told', async () => {
    const record = await FamilyRecord.begin(journey());
    const mailbox = `${record.patient.slice('Patient/'.length)}@example.org`;
    const { body } = await journey().expect(200, 'demo-system', 'GET', record.patient);
    const telecom = [{ system: 'email', value: mailbox }];
    await journey().expect(200, 'demo-system', 'PUT', record.patient, { ...body, telecom });
    const hidden = await record.observe(['V']);
    await open(record);
    await record.status(clinician, hidden);
    const id = record.patient.slice('Patient/'.length);
    const found = await journey().expect(200, auditor, 'GET', `AuditEvent?patient=${id}&_count=100`);
    const events = ((found.body as unknown as Bundle<AuditEvent>).entry ?? []).map(({ resource }) => resource!);
    const broken = events.filter(({ purposeOfEvent = [] }) =>
      purposeOfEvent.some(({ coding = [] }) => coding.some(({ code }) => code === 'BTG')),
    );
    assert.deepEqual(
      broken.map(({ subtype = [] }) => subtype[0]?.display ?? subtype[0]?.code).toSorted(),
      ['$break-glass', 'read'],
      'what was before is not of this purpose',
    );
    const operation = broken.find(({ subtype = [] }) => subtype[0]?.display === '$break-glass');
    assert.match(JSON.stringify(operation), /Unconscious, no history/);
    const [mail] = (await journey().mails(mailbox)).filter(({ subject = '' }) => subject.includes('restricted'));
    assert.ok(mail, 'the patient is told');
    assert.ok(!(mail.text ?? '').includes('Unconscious'));
  });
}

describe('break-glass', () => eachPortal(breaking));
