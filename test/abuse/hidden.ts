/** What belongs to another patient answers as if it had never been there. */
import assert from 'node:assert/strict';
import type { Journey } from '../portal/journey.js';
import { nameOf } from './two-patients.js';
import { bare, few, entriesOf, FIRST, first, secret, SECOND, second, seed, system, totalOf } from './ward.js';

/** Of the same length as what is there, so that no length tells. */
const absent = (id: string): string => id.replace(SECOND, 'zqnil');
const TYPES = [
  'Patient',
  'RelatedPerson',
  'Person',
  'Communication',
  'Task',
  'DocumentReference',
  'Observation',
  'Binary',
];

/** The request about the hidden resource and about one that never was get the same answer. */
const sameAnswers =
  (journey: () => Journey) =>
  async (status: number, method: string, path: string, body?: unknown, headers: object = {}) => {
    const hidden = await journey().call(first, method, path, body, headers);
    const text = JSON.stringify([body, headers]);
    const [other, otherHeaders] = JSON.parse(absent(text).replaceAll(SECOND, 'zqnil')) as [unknown, object];
    const never = await journey().call(
      first,
      method,
      path.replaceAll(SECOND, 'zqnil'),
      other ?? undefined,
      otherHeaders,
    );
    assert.equal(hidden.status, status, `${method} ${path}: ${hidden.status} ${hidden.text}`);
    assert.equal(bare(hidden, SECOND), bare(never, 'zqnil'), `${method} ${path}`);
    assert.ok(!hidden.text.includes(secret));
    return hidden;
  };

export function hidden(journey: () => Journey): void {
  describe('another patient’s resources', () => {
    const same = sameAnswers(journey);

    it('[B01] read, HEAD and vread answer 404', async () => {
      for (const type of few(journey(), TYPES)) {
        const path = `${type}/${nameOf(SECOND, type)}`;
        await same(404, 'GET', path);
        await same(404, 'HEAD', path);
        await same(404, 'GET', `${path}/_history/1`);
        await same(404, 'GET', `${path}?_elements=id`);
        await same(404, 'GET', `${path}?_summary=text`);
      }
    });

    it('[B02] a history answers 404, and so does a deletion that the patient never saw', async () => {
      const gone = { resourceType: 'Observation', status: 'final', code: { text: 'gone' } };
      const of = (id: string, patient: string) => ({ ...gone, id, subject: { reference: `Patient/${patient}` } });
      await seed(journey().server, [of(`${SECOND}-gone`, SECOND), of(`${FIRST}-gone`, FIRST)]);
      for (const patient of [FIRST, SECOND])
        await journey().expect(204, system, 'DELETE', `Observation/${patient}-gone`);
      for (const rest of ['', '/_history', '/_history/1', '/_history/2'])
        await same(404, 'GET', `Observation/${SECOND}-gone${rest}`);
      for (const type of few(journey(), TYPES)) await same(404, 'GET', `${type}/${nameOf(SECOND, type)}/_history`);
      await journey().expect(410, first, 'GET', `Observation/${FIRST}-gone`);
      const past = await journey().expect(200, first, 'GET', `Observation/${FIRST}-gone/_history`);
      assert.equal(totalOf(past), 2);
    });

    it('[B02] what was filed under the wrong patient shows the right one nothing of that time', async () => {
      const of = (patient: string, note: string) => ({
        ...{ resourceType: 'Observation', id: 'zq-misfiled', status: 'final', code: { text: note } },
        subject: { reference: `Patient/${patient}` },
      });
      await seed(journey().server, [of(SECOND, secret)]);
      await seed(journey().server, [of(FIRST, 'corrected')]);
      assert.equal(
        (await journey().expect(200, first, 'GET', 'Observation/zq-misfiled')).text.includes('corrected'),
        true,
      );
      await journey().expect(404, first, 'GET', 'Observation/zq-misfiled/_history/1');
      for (const path of [
        'Observation/zq-misfiled/_history',
        'Observation/_history?_count=100',
        '_history?_count=100',
      ]) {
        const past = await journey().expect(200, first, 'GET', path);
        assert.ok(!past.text.includes(secret), path);
        assert.equal(totalOf(past), entriesOf(past).length, path);
      }
      const whole = await journey().expect(200, system, 'GET', 'Observation/zq-misfiled/_history');
      assert.equal(totalOf(whole), 2);
      await journey().expect(404, second, 'GET', 'Observation/zq-misfiled/_history/1');
    });

    it('[B12] [B13] compartments, system search and system history hold the own alone', async () => {
      await same(404, 'GET', `Patient/${SECOND}/Observation`);
      await same(404, 'GET', `Patient/${SECOND}/*`);
      await same(404, 'GET', `Patient/${SECOND}/$everything`);
      await same(404, 'GET', `Patient/${SECOND}/$meta`);
      for (const path of [`Patient/${FIRST}/*`, '?_type=Patient,Observation,Communication', '_history?_count=200']) {
        const found = await journey().expect(200, first, 'GET', path);
        assert.ok(
          entriesOf(found).some(name => name.includes(FIRST)),
          path,
        );
        assert.ok(!found.text.includes(secret) && !found.text.includes(SECOND), path);
      }
      const own = await journey().expect(200, first, 'GET', 'Patient/$everything');
      assert.ok(entriesOf(own).includes(`Patient/${FIRST}`) && !own.text.includes(SECOND));
      await journey().expect(404, first, 'GET', '$export');
      const doctors = await journey().call(first, 'GET', 'Practitioner/zq-doctor/Communication');
      assert.ok(!doctors.text.includes(secret), doctors.text);
    });

    it('[B20] PUT, PATCH and DELETE are refused alike for what is hidden and what is not there', async () => {
      const patch = { 'content-type': 'application/json-patch+json' };
      for (const type of few(journey(), ['Observation', 'Communication', 'Patient'])) {
        const id = nameOf(SECOND, type);
        const body = { resourceType: type, id, status: 'final' };
        await same(405, 'PUT', `${type}/${id}`, body);
        await same(type === 'Patient' ? 403 : 404, 'DELETE', `${type}/${id}`);
        await same(404, 'PATCH', `${type}/${id}`, [{ op: 'test', path: '/id', value: id }], patch);
      }
    });

    it('[B27] a Binary follows the message it belongs to, in FHIR and as it is', async () => {
      const direct = `Binary/${SECOND}-attachment`;
      await same(404, 'GET', direct);
      await same(404, 'GET', direct, undefined, { accept: 'text/plain' });
      const own = await journey().expect(200, first, 'GET', `Binary/${FIRST}-attachment`, undefined, {
        accept: 'text/plain',
      });
      assert.equal(own.headers.get('content-disposition'), 'attachment');
    });
  });
}

export function oddReads(journey: () => Journey): void {
  describe('odd reads', () => {
    const same = sameAnswers(journey);

    it('[B33] conditional reads answer as for what is not there', async () => {
      const path = `Observation/${nameOf(SECOND, 'Observation')}`;
      await same(404, 'GET', path, undefined, { 'if-none-match': 'W/"1"' });
      await same(404, 'GET', path, undefined, { 'if-none-match': '*' });
      await same(404, 'GET', path, undefined, { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' });
    });

    it('[B32] odd ids are not found, and never upset the server', async () => {
      const ids = ['x'.repeat(64), 'x'.repeat(65), '%2e%2e%2f', '__proto__', 'constructor', 'zq%D0%BEne', 'a:b', '%00'];
      for (const id of ids) {
        const { status } = await journey().call(first, 'GET', `Observation/${id}`);
        assert.ok(status === 404 || status === 400, `${id}: ${status}`);
      }
    });
  });
}
