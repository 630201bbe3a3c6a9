/** What clients in the field send and read, beyond the letter of the examples. */
import assert from 'node:assert/strict';
import { asBundle, eachRest, outcome, patient, statuses, unique } from './rest.js';

const XML = { 'content-type': 'application/fhir+xml', accept: 'application/fhir+json' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const BOM = '\uFEFF';
const identified = (family: string): string => `identifier=urn:example|${family}`;
const post = (url: string, resource: object, more: object = {}) => ({
  resource,
  request: { method: 'POST', url, ...more },
});

describe('real clients', () => {
  eachRest(
    rest => {
      const create = async (more = {}) => (await rest().create(patient(unique(), more))).id;

      it('[R35] an unknown preference is ignored unless handling is strict', async () => {
        const unknown = { prefer: 'return=everything, respond-somehow' };
        const { body } = await rest().expect(201, 'POST', 'Patient', patient(unique()), unknown);
        assert.equal(body.resourceType, 'Patient');
        const strict = { prefer: 'return=everything; handling=strict' };
        await rest().expect(400, 'POST', 'Patient', patient(unique()), strict);
      });

      it('[R41] conditions may be addresses of this endpoint, and of no other type or server', async () => {
        const family = unique();
        const { base } = rest();
        const { body } = await rest().expect(201, 'POST', 'Patient', patient(family));
        for (const before of ['', '?', 'Patient?', '/Patient?', `${base}/Patient?`]) {
          const headers = { 'if-none-exist': before + identified(family) };
          const found = await rest().expect(200, 'POST', 'Patient', patient(family), headers);
          assert.equal(found.body.id, body.id, before);
        }
        for (const before of [
          'Person?',
          `${base}/Person?`,
          `${base}x/Patient?`,
          'https://elsewhere.example/Patient?',
        ]) {
          const headers = { 'if-none-exist': before + identified(family) };
          await rest().expect(400, 'POST', 'Patient', patient(family), headers);
        }
        const entry = post(`${base}/Patient`, patient(family), {
          ifNoneExist: `${base}/Patient?${identified(family)}`,
        });
        assert.deepEqual(statuses(await rest().bundle('transaction', [entry])), ['200']);
        const put = {
          resource: patient(family),
          request: { method: 'PUT', url: `${base}/Patient?${identified(family)}` },
        };
        assert.deepEqual(statuses(await rest().bundle('batch', [put])), ['200']);
      });

      it('[R62] a conditional reference may begin with the base', async () => {
        const family = unique();
        const { id } = await rest().create(patient(family));
        const reference = `${rest().base}/Patient?${identified(family)}`;
        const basic = { resourceType: 'Basic', code: { text: 'x' }, subject: { reference } };
        const answer = await rest().bundle('transaction', [post('Basic', basic)], 200, {
          prefer: 'return=representation',
        });
        const { resource } = asBundle(answer.body).entry?.[0] ?? {};
        assert.deepEqual(resource && 'subject' in resource && resource.subject, { reference: `Patient/${id}` });
      });

      it('[R62] UUIDs are the same in either case', async () => {
        const [upper, lower] = [
          'urn:uuid:5A3F0B1E-7C2D-4E8F-9A6B-0C1D2E3F4A5B',
          'urn:uuid:5a3f0b1e-7c2d-4e8f-9a6b-0c1d2e3f4a5b',
        ];
        for (const [fullUrl, reference] of [
          [upper, lower],
          [lower, upper],
          [upper, upper],
          [upper, upper.replace('urn:uuid', 'URN:UUID')],
        ]) {
          const basic = { resourceType: 'Basic', code: { text: 'x' }, subject: { reference } };
          const entries = [{ fullUrl, ...post('Patient', patient(unique())) }, post('Basic', basic)];
          const answer = await rest().bundle('transaction', entries);
          const written = asBundle(answer.body).entry?.[1]?.response?.location ?? '';
          const { body } = await rest().expect(200, 'GET', written);
          assert.match(JSON.stringify(body['subject']), /"Patient\//, `${fullUrl} ${reference}`);
        }
        const twice = [upper, lower].map(fullUrl => ({ fullUrl, ...post('Patient', patient(unique())) }));
        await rest().bundle('transaction', twice, 400);
      });

      it('[R20] [R36] Content-Location names the version whose whole content is answered', async () => {
        const id = await create();
        const read = await rest().expect(200, 'GET', `Patient/${id}`);
        const first = `${rest().base}/Patient/${id}/_history/1`;
        assert.equal(read.headers.get('content-location'), first);
        assert.equal((await rest().expect(200, 'GET', first)).headers.get('content-location'), first);
        const part = await rest().expect(200, 'GET', `Patient/${id}?_elements=name`);
        assert.equal(part.headers.get('content-location'), null);
        const put = await rest().expect(200, 'PUT', `Patient/${id}`, { ...patient(unique()), id });
        assert.equal(put.headers.get('content-location'), `${rest().base}/Patient/${id}/_history/2`);
        const patch = [{ op: 'add', path: '/active', value: true }];
        const patched = await rest().expect(200, 'PATCH', `Patient/${id}`, patch, JSON_PATCH);
        assert.equal(patched.headers.get('content-location'), `${rest().base}/Patient/${id}/_history/3`);
      });

      it('[R65] a write takes no parameter that it does not know', async () => {
        const id = await create();
        const body = { ...patient(unique()), id };
        const calls: [string, string, unknown, Record<string, string>?][] = [
          ['POST', 'Patient?active=true', patient(unique())],
          ['PUT', `Patient/${id}?if-match=1`, body],
          ['PATCH', `Patient/${id}?_since=2020`, [{ op: 'add', path: '/active', value: true }], JSON_PATCH],
          ['DELETE', `Patient/${id}?_cascade=delete`, undefined],
          ['POST', '?x=y', { resourceType: 'Bundle', type: 'batch' }],
        ];
        for (const [method, path, sent, headers] of calls) {
          const refused = await rest().expect(400, method, path, sent, headers);
          assert.equal(outcome(refused.body).issue[0]?.code, 'not-supported', path);
        }
        const entry = { request: { method: 'DELETE', url: `Patient/${id}?_cascade=delete` } };
        assert.match(statuses(await rest().bundle('batch', [entry]))[0] ?? '', /^400$/);
        await rest().expect(200, 'PUT', `Patient/${id}?_format=json&_pretty=true`, body);
        const lenient = { prefer: 'handling=lenient' };
        await rest().expect(200, 'PUT', `Patient/${id}?x=y`, body, lenient);
      });

      it('[R45] JSON Patch appends to a list that is not there', async () => {
        const id = await create();
        const given = { op: 'add', path: '/name/0/given/-', value: 'Ann' };
        const telecom = { op: 'add', path: '/telecom/-', value: { system: 'phone', value: '1' } };
        const { body } = await rest().expect(
          200,
          'PATCH',
          `Patient/${id}`,
          [given, telecom, { ...telecom, value: { system: 'phone', value: '2' } }],
          JSON_PATCH,
        );
        assert.deepEqual((body['telecom'] as object[]).length, 2);
        assert.match(JSON.stringify(body['name']), /"given":\["Ann"\]/);
        const wrong: [object, number][] = [
          [{ op: 'add', path: '/gender/-', value: 'male' }, 400],
          [{ op: 'add', path: '/birthDate/-', value: 'male' }, 400],
          [{ op: 'add', path: '/nothing/here/-', value: 1 }, 422],
          [{ op: 'replace', path: '/photo/-', value: {} }, 422],
          [{ op: 'add', path: '/-', value: {} }, 400],
          [{ op: 'move', from: '/nothing', path: '/photo/-' }, 422],
        ];
        for (const [operation, status] of wrong)
          await rest().expect(status, 'PATCH', `Patient/${id}`, [operation], JSON_PATCH);
      });

      it('[R46] FHIRPath Patch replaces one type of a choice by another', async () => {
        const id = await create({ deceasedBoolean: false, _deceasedBoolean: { id: 'a' } });
        const part = [
          { name: 'type', valueCode: 'replace' },
          { name: 'path', valueString: 'Patient.deceased' },
          { name: 'value', valueDateTime: '2020-01-02' },
        ];
        const patch = { resourceType: 'Parameters', parameter: [{ name: 'operation', part }] };
        const { body } = await rest().expect(200, 'PATCH', `Patient/${id}`, patch);
        assert.equal(body['deceasedDateTime'], '2020-01-02');
        assert.ok(!('deceasedBoolean' in body) && !('_deceasedBoolean' in body));
        part[2] = { name: 'value', valueString: 'long ago' };
        await rest().expect(400, 'PATCH', `Patient/${id}`, patch);
      });

      it('[R10] a byte order mark and xml:space are no part of a body', async () => {
        await rest().expect(201, 'POST', 'Patient', BOM + JSON.stringify(patient(unique())));
        const xml =
          '<?xml version="1.0" encoding="UTF-8"?><Patient xmlns="http://hl7.org/fhir" xml:space="preserve">' +
          '<name xml:space="default"><family value="Bom" xml:space="preserve"/></name></Patient>';
        for (const text of [xml, BOM + xml]) {
          const { body } = await rest().expect(201, 'POST', 'Patient', text, XML);
          assert.deepEqual(body['name'], [{ family: 'Bom' }]);
        }
        const id = await create();
        const patch = `${BOM}[{"op":"add","path":"/active","value":true}]`;
        await rest().expect(200, 'PATCH', `Patient/${id}`, patch, JSON_PATCH);
        await rest().expect(400, 'POST', 'Patient', JSON.stringify(patient(unique())) + BOM);
        await rest().expect(400, 'POST', 'Patient', xml.replace('xml:space="default"', 'xml:lang="en"'), XML);
      });
    },
    { only: 'customer' },
  );
});
