/** The format of an answer: by Accept and _format. https://hl7.org/fhir/R4/http.html#mime-type */
import assert from 'node:assert/strict';
import supertest from 'supertest';
import { testApp } from './harness.js';

describe('http: formats', () => {
  const format = async (query: string, accept?: string): Promise<string> => {
    const request = supertest(testApp().app).get(`/fhir/portal/Patient/1${query}`);
    const answer = await (accept === undefined ? request : request.set('Accept', accept));
    return answer.status === 200 ? (answer.headers['content-type'] ?? '') : String(answer.status);
  };
  const json = 'application/fhir+json; charset=utf-8';
  const xml = 'application/fhir+xml; charset=utf-8';

  it('[R10] negotiates by Accept and _format, which beats Accept', async () => {
    for (const accept of [
      undefined,
      '*/*',
      'application/json',
      'application/fhir+json',
      'text/json',
      'text/html, */*;q=0.1',
    ]) {
      assert.equal(await format('', accept), json, accept);
    }
    for (const accept of [
      'application/fhir+xml',
      'text/xml',
      'application/json;q=0.5, application/xml',
      'application/fhir+xml; fhirVersion=4.0',
    ]) {
      assert.equal(await format('', accept), xml, accept);
    }
    for (const name of [
      'json',
      'application/json',
      'application/fhir+json',
      'application%2Ffhir%2Bjson',
      'text/json',
    ]) {
      assert.equal(await format(`?_format=${name}`, 'application/xml'), json, name);
    }
    for (const name of ['xml', 'text/xml', 'application/fhir+xml'])
      assert.equal(await format(`?_format=${name}`, 'application/json'), xml, name);
  });

  it('[R11] [PKB-4] answers 406 to other formats and other FHIR versions, before any work', async () => {
    for (const accept of ['text/turtle', 'application/fhir+json; fhirVersion=3.0', 'application/json;q=0']) {
      assert.equal(await format('', accept), '406', accept);
    }
    for (const name of ['ttl', '', 'yaml']) assert.equal(await format(`?_format=${name}`), '406', name);
    const { app, seen } = testApp();
    await supertest(app).post('/fhir/portal/Patient').set('Accept', 'text/html').send('{}').expect(406);
    assert.equal(seen.length, 0);
  });

  it('[PKB-4] answers 415 to a body of another FHIR version', async () => {
    const type = 'application/fhir+json; fhirVersion=3.0';
    await supertest(testApp().app).post('/fhir/portal/Patient').set('Content-Type', type).send('{}').expect(415);
  });

  it('leaves the format of a Binary to its handler', async () => {
    const bytes = Buffer.from('%PDF');
    const { app } = testApp(() => ({
      status: 200,
      headers: {},
      body: { kind: 'bytes', bytes, contentType: 'application/pdf' },
    }));
    const answer = await supertest(app).get('/fhir/portal/Binary/1').set('Accept', 'application/pdf').expect(200);
    assert.equal(answer.headers['content-type'], 'application/pdf');
    assert.equal(answer.headers['content-length'], '4');
  });

  it('[R12] indents with _pretty=true, and refuses other values', async () => {
    const { app } = testApp();
    const answer = await supertest(app).get('/fhir/portal/Patient/1?_pretty=true');
    assert.match(answer.text, /^\{\n {2}"resourceType": "Patient",\n/);
    await supertest(app).get('/fhir/portal/Patient/1?_pretty=maybe').expect(400);
  });

  it('reads the format of a POST search from its form', async () => {
    const answer = await supertest(testApp().app).post('/fhir/portal/Patient/_search').type('form').send('_format=xml');
    assert.equal(answer.headers['content-type'], xml);
  });
});
