/** create. https://hl7.org/fhir/R4/http.html#create */
import assert from 'node:assert/strict';
import { eachRest, observation, outcome, patient, unique } from './rest.js';

describe('create', () => {
  eachRest(rest => {
    it('[R30] answers 201 with Location, ETag, Last-Modified; the server sets id and meta, tags stay', async () => {
      const tag = { system: 'urn:example', code: unique() };
      const sent = patient(unique(), {
        id: 'mine',
        meta: { versionId: '7', lastUpdated: '2001-01-01T00:00:00Z', tag: [tag] },
      });
      const { body, headers } = await rest().expect(201, 'POST', 'Patient', sent);
      const { id = '', meta } = body;
      assert.notEqual(id, 'mine');
      assert.equal(meta?.versionId, '1');
      assert.deepEqual(meta['tag'], [tag]);
      assert.ok(Date.parse(meta.lastUpdated ?? '') > Date.now() - 60_000);
      assert.equal(headers.get('location'), `${rest().base}/Patient/${id}/_history/1`);
      assert.equal(headers.get('etag'), 'W/"1"');
      assert.match(headers.get('last-modified') ?? '', / GMT$/);
      const read = await rest().expect(200, 'GET', `Patient/${id}`);
      assert.deepEqual(read.body, body);
    });

    it('[R31] a body of another type, or none, or no resource at all is 400', async () => {
      await rest().expect(400, 'POST', 'Patient', observation());
      await rest().expect(400, 'POST', 'Patient', '');
      await rest().expect(400, 'POST', 'Patient', '[]');
      await rest().expect(400, 'POST', 'Patient', '"text"');
      await rest().expect(400, 'POST', 'Patient', { name: [] });
      await rest().expect(400, 'POST', 'Patient', { resourceType: 'Patience' });
    });

    const refused: [what: string, status: number, body: unknown, expression?: string][] = [
      ['malformed JSON', 400, '{"resourceType":"Patient",'],
      ['a property twice', 400, '{"resourceType":"Patient","gender":"male","gender":"female"}'],
      ['an unknown element', 400, { resourceType: 'Patient', gendre: 'male' }, 'Patient'],
      ['a bad dateTime', 400, { ...observation(), effectiveDateTime: '2020-13-01' }, 'Observation.effective'],
      ['a wrong JSON type', 400, { resourceType: 'Patient', active: 'true' }, 'Patient.active'],
      ['an array in place of a value', 400, { resourceType: 'Patient', gender: ['male'] }, 'Patient.gender'],
      ['an empty array', 400, { resourceType: 'Patient', name: [] }, 'Patient.name'],
      ['a mandatory element missing', 422, { resourceType: 'Observation', status: 'final' }, 'Observation'],
      ['a code outside its binding', 422, { resourceType: 'Patient', gender: 'male?' }, 'Patient.gender'],
      ['an invariant broken', 422, { resourceType: 'Patient', contact: [{ gender: 'male' }] }, 'Patient.contact[0]'],
      ['an id that could be none', 400, { resourceType: 'Patient', id: 'under_score' }, 'Patient.id'],
      ['no resource type', 400, { gender: 'male' }, 'resourceType'],
      ['__proto__', 400, '{"resourceType":"Patient","__proto__":{"active":true}}'],
    ];
    for (const [what, status, body, expression = ''] of refused) {
      it(`[R31] ${what} is ${status}${expression === '' ? '' : ` at ${expression}`}, and nothing is stored`, async () => {
        const before = await rest().expect(200, 'GET', '_history?_count=0');
        const type = JSON.stringify(body).includes('Observation') ? 'Observation' : 'Patient';
        const answer = await rest().expect(status, 'POST', type, body);
        assert.ok((outcome(answer.body).issue[0]?.expression?.[0] ?? '').startsWith(expression), answer.text);
        const after = await rest().expect(200, 'GET', '_history?_count=0');
        assert.equal(after.body['total'], before.body['total']);
      });
    }

    it('[R32] decimals keep precision and trailing zeros', async () => {
      const value = '"valueQuantity":{"value":0.0100,"unit":"g"}';
      const large = '"low":{"value":12345678901234567890.123456789},"high":{"value":1E+3}';
      const text = `{"resourceType":"Observation","status":"final","code":{"text":"x"},${value},"referenceRange":[{${large}}]}`;
      const { headers } = await rest().expect(201, 'POST', 'Observation', text);
      const read = await rest().expect(200, 'GET', headers.get('location') ?? '');
      assert.ok(read.text.includes(value) && read.text.includes(large), read.text);
      const xml = await rest().expect(200, 'GET', headers.get('location') ?? '', undefined, {
        accept: 'application/fhir+xml',
      });
      assert.ok(xml.text.includes('value="0.0100"') && xml.text.includes('value="12345678901234567890.123456789"'));
    });

    it('[R33] [E04] a narrative that could run or fetch something is refused', async () => {
      const narrative = (div: string): unknown => ({
        resourceType: 'Patient',
        text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${div}</div>` },
      });
      for (const div of [
        ...['<script>alert(1)</script>', '<p onclick="x()">a</p>', '<a href="javascript:x()">a</a>'],
        ...['<!--> <img src="x" onerror="x()"/> -->a', '<![CDATA[<img src="x" onerror="x()"/>]]>a'],
        ...['<a href="javascript&colon;x()">a</a>', '<img src="http://198.51.100.7/a" alt="a"/>'],
        '<p style="background:u\\72l(http://198.51.100.7/a)">a</p>',
        `<p style="background-image:image-set('http://198.51.100.7/a' 1x)">a</p>`,
      ]) {
        const answer = await rest().expect(422, 'POST', 'Patient', narrative(div));
        assert.equal(outcome(answer.body).issue[0]?.expression?.[0], 'Patient.text.div');
      }
      await rest().expect(201, 'POST', 'Patient', narrative('<p style="color: red">A <b>plain</b> text</p>'));
    });

    it('[R33] URLs of other schemes are data and come back as they were sent', async () => {
      const url = "javascript:alert('1')";
      const photo = [{ contentType: 'image/png', url }];
      const made = await rest().create(patient(unique(), { photo }));
      assert.deepEqual(made['photo'], photo);
    });

    it('[R35] a search URL as a reference is refused outside a transaction', async () => {
      const subject = { reference: 'Patient?identifier=urn:example|1' };
      const answer = await rest().expect(400, 'POST', 'Observation', observation({ subject }));
      assert.equal(outcome(answer.body).issue[0]?.expression?.[0], 'Observation.subject.reference');
    });

    it('[R40] Prefer decides what comes back; an unknown value is 400 where handling is strict', async () => {
      const prefer = (text: string): Record<string, string> => ({ prefer: text });
      const minimal = await rest().expect(201, 'POST', 'Patient', patient(unique()), prefer('return=minimal'));
      assert.equal(minimal.text, '');
      assert.ok(minimal.headers.get('location'));
      const whole = await rest().expect(201, 'POST', 'Patient', patient(unique()), prefer('return=representation'));
      assert.equal(whole.body.resourceType, 'Patient');
      const told = await rest().expect(201, 'POST', 'Patient', patient(unique()), prefer('return=OperationOutcome'));
      assert.equal(told.body.resourceType, 'OperationOutcome');
      await rest().expect(400, 'POST', 'Patient', patient(unique()), prefer('return=everything, handling=strict'));
    });
  });
});
