/** Sensitive labels hide a resource from those who act for the patient, by every way of asking. */
import assert from 'node:assert/strict';
import { FamilyRecord, label, LOINC } from './family-record.js';
import { eachPortal, type Journey } from './journey.js';

function labels(journey: () => Journey): void {
  for (const code of ['R', 'V', 'HIV', 'PSY'])
    it(`[B38] [D02] what is labelled ${code} the patient sees, and a proxy does not`, async () => {
      const record = await FamilyRecord.begin(journey());
      const [plain, hidden] = [await record.observe(['N']), await record.observe([code])];
      const id = record.patient.slice('Patient/'.length);
      for (const [who, status] of [
        [record.own, 200],
        [record.proxy, 404],
      ] as const) {
        for (const path of [hidden, `${hidden}/_history`, `${hidden}/_history/1`, `../facade/${hidden}`]) {
          assert.equal(await record.status(who, path), status, `${who} ${path}`);
        }
        assert.equal(await record.status(who, plain), 200);
        const seen = status === 200 ? [hidden, plain].toSorted() : [plain];
        const searches = [
          `Observation?patient=${id}`,
          `Observation?_security=${code},N&patient=${id}`,
          `Patient/${id}/Observation?_count=10`,
          `Observation?subject:Patient._id=${id}`,
        ];
        for (const query of searches) assert.deepEqual((await record.found(who, query)).toSorted(), seen, query);
        assert.equal(await record.count(who, `Observation?patient=${id}`), seen.length);
        assert.equal(await record.count(who, `Observation?_security=${code}&patient=${id}`), seen.length - 1);
        assert.equal(
          await record.count(who, `Patient?_id=${id}&_has:Observation:patient:_security=${code}`),
          seen.length - 1,
        );
        const included = await record.found(who, `Patient?_id=${id}&_revinclude=Observation:subject`);
        assert.equal(included.length, seen.length + 1);
        const everything = await record.found(who, `Patient/${id}/$everything`);
        assert.equal(everything.includes(hidden), status === 200);
        assert.equal((await record.found(who, `Observation/_history?_count=50`)).includes(hidden), status === 200);
      }
    });

  it('[B02] [D02] hidden and absent are one answer, before and after it is deleted', async () => {
    const record = await FamilyRecord.begin(journey());
    const hidden = await record.observe(['R']);
    const absent = 'Observation/'.padEnd(hidden.length, '0');
    const answer = async (path: string) => {
      const { status, text } = await journey().call(record.proxy, 'GET', path);
      return [status, text.replaceAll(path, 'X')];
    };
    assert.deepEqual(await answer(hidden), await answer(absent));
    await journey().expect(204, 'demo-system', 'DELETE', hidden);
    assert.deepEqual(await answer(hidden), await answer(absent));
    assert.equal(await record.status(record.own, hidden), 410);
    const plain = await record.observe();
    await journey().expect(204, 'demo-system', 'DELETE', plain);
    assert.equal(await record.status(record.proxy, plain), 410);
  });

  it('[D10] a label that is set hides the resource at once, one that is taken away shows it; its labelled past stays hidden', async () => {
    const record = await FamilyRecord.begin(journey());
    const path = await record.observe();
    const { body } = await journey().expect(200, 'demo-system', 'GET', path);
    await journey().expect(200, 'demo-system', 'PUT', path, { ...body, meta: { security: [label('R')] } });
    assert.equal(await record.status(record.proxy, path), 404);
    assert.equal(await record.status(record.proxy, `${path}/_history/1`), 404);
    const meta = { resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: { security: [label('R')] } }] };
    const taken = await journey().call('demo-system', 'POST', `${path}/$meta-delete`, meta);
    if (taken.status !== 200) {
      const { body: now } = await journey().expect(200, 'demo-system', 'GET', path);
      await journey().expect(200, 'demo-system', 'PUT', path, { ...now, meta: { security: [label('N')] } });
    }
    assert.equal(await record.status(record.proxy, path), 200);
    assert.equal(await record.status(record.proxy, `${path}/_history/1`), 200);
    assert.equal(await record.status(record.proxy, `${path}/_history/2`), 404);
  });

  it('[B27] [D02] the file of a labelled document is hidden with it', async () => {
    const record = await FamilyRecord.begin(journey());
    const [open, closed] = [await record.document(), await record.document(['R'])];
    for (const path of [open.document, open.file]) assert.equal(await record.status(record.proxy, path), 200);
    for (const path of [closed.document, closed.file]) {
      assert.equal(await record.status(record.proxy, path), 404);
      assert.equal(await record.status(record.own, path), 200);
    }
  });

  it('[D02] [PKB-12] who measured something that is labelled now is hidden with it, and comes back with it', async () => {
    const record = await FamilyRecord.begin(journey());
    const measured = {
      ...{ resourceType: 'Observation', status: 'final', subject: { reference: record.patient } },
      category: [
        { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
      ],
      ...{ code: { coding: [{ system: LOINC, code: '29463-7' }] }, effectiveDateTime: '2026-06-01' },
      valueQuantity: { value: 70, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
    };
    const { body } = await journey().expect(201, record.own, 'POST', 'Observation', measured);
    const path = `Observation/${String(body.id)}`;
    const told = async (who: 'own' | 'proxy') => record.count(record[who], `Provenance?target=${path}`);
    assert.deepEqual([await told('own'), await told('proxy')], [1, 1]);
    await journey().expect(200, 'demo-system', 'PUT', path, { ...body, meta: { security: [label('R')] } });
    assert.ok((await told('own')) > 0);
    assert.equal(await told('proxy'), 0);
    const [provenance = ''] = await record.found(record.own, `Provenance?target=${path}`);
    assert.deepEqual(
      [await record.status(record.own, provenance), await record.status(record.proxy, provenance)],
      [200, 404],
    );
    const { body: now } = await journey().expect(200, 'demo-system', 'GET', path);
    await journey().expect(200, 'demo-system', 'PUT', path, { ...now, meta: { security: [label('N')] } });
    assert.ok((await told('proxy')) > 0);
  });

  it('[D02] [D03] of a message that is labelled, or denied by a Consent, a proxy is not told either', async () => {
    const record = await FamilyRecord.begin(journey());
    const mailbox = `${record.relation.slice('RelatedPerson/'.length)}@example.org`;
    const { body } = await journey().expect(200, 'demo-system', 'GET', record.relation);
    const telecom = [{ system: 'email', value: mailbox }];
    await journey().expect(200, 'demo-system', 'PUT', record.relation, { ...body, telecom });
    const message = (labels: string[]) => ({
      ...{ resourceType: 'Communication', status: 'completed', subject: { reference: record.patient } },
      ...(labels.length > 0 ? { meta: { security: labels.map(label) } } : {}),
      category: [{ coding: [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'medical' }] }],
      sender: { reference: 'Organization/demo-clinical-group' },
      recipient: [{ reference: record.patient }, { reference: record.relation }],
      payload: [{ contentString: 'Words' }],
    });
    await record.make(message([]));
    assert.equal((await journey().mails(mailbox)).length, 1);
    await record.make(message(['R']));
    await record.record({
      type: 'deny',
      class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Communication' }],
    });
    await record.make(message([]));
    assert.equal((await journey().mails(mailbox)).length, 1);
  });

  it('[B42] staff see what is restricted, and do not see what is very restricted, or a psychotherapy note', async () => {
    const record = await FamilyRecord.begin(journey());
    const statuses: [string, number][] = [
      ['N', 200],
      ['R', 200],
      ['V', 404],
      ['PSYTHPN', 404],
    ];
    for (const [code, status] of statuses) {
      assert.equal(await record.status('demo-clinician', await record.observe([code])), status, code);
    }
    assert.equal(await record.count('demo-clinician', `Observation?patient=${record.patient}`), 2);
    assert.equal(await record.count('demo-system', `Observation?patient=${record.patient}`), 4);
  });
}

describe('security labels', () => eachPortal(labels));
