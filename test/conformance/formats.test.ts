/** Formats, views and headers. https://hl7.org/fhir/R4/http.html#mime-type, https://hl7.org/fhir/R4/search.html#summary */
import assert from 'node:assert/strict';
import { eachRest, observation, patient, unique } from './rest.js';

const XML = 'application/fhir+xml';
const json = /^application\/fhir\+json/;
const xml = /^application\/fhir\+xml/;

describe('formats', () => {
  eachRest(rest => {
    it('[R3] the statement lists JSON and XML; [R2] the version is R4', async () => {
      const { body } = await rest().as('').expect(200, 'GET', 'metadata');
      assert.equal(body['fhirVersion'], '4.0.1');
      assert.deepEqual(body['format'], ['json', 'application/fhir+json', 'xml', 'application/fhir+xml']);
    });

    it('[R10] Accept and _format choose JSON or XML; _format goes first', async () => {
      const { id } = await rest().create(patient(unique()));
      const type = async (query: string, accept: string): Promise<string> => {
        const { headers } = await rest().expect(200, 'GET', `Patient/${id}${query}`, undefined, { accept });
        return headers.get('content-type') ?? '';
      };
      for (const accept of ['application/fhir+json', 'application/json', '*/*', 'text/csv, application/*;q=0.5']) {
        assert.match(await type('', accept), json, accept);
      }
      for (const format of ['json', 'application/json', 'application/fhir%2Bjson', 'application/fhir+json']) {
        assert.match(await type(`?_format=${format}`, XML), json, format);
      }
      for (const accept of [
        XML,
        'application/xml',
        `${XML};q=0.9, application/json;q=0.1`,
        'application/fhir+json;q=0, */*',
        'application/*;q=0.5, text/xml',
        `application/json;q=0.2, */*;q=0.8, ${XML};q=0.4`,
      ]) {
        assert.match(await type('', accept), xml, accept);
      }
      assert.match(await type('?_format=xml', 'application/fhir+json'), xml);
    });

    it('[R10] XML goes in and out, and means the same as JSON', async () => {
      const family = unique();
      const text = `<Patient xmlns="http://hl7.org/fhir"><active value="true"/><name><family value="${family}"/></name></Patient>`;
      const sent = await rest().expect(201, 'POST', 'Patient', text, { 'content-type': XML, accept: XML });
      assert.match(sent.text, /^<(\?xml[^>]*>\s*<)?Patient xmlns="http:\/\/hl7\.org\/fhir">/);
      const id = /<id value="([^"]+)"/.exec(sent.text)?.[1] ?? '';
      const { body } = await rest().expect(200, 'GET', `Patient/${id}`);
      assert.deepEqual([body['active'], body['name']], [true, [{ family }]]);
      const found = await rest().expect(200, 'GET', `Patient?family=${family}&_format=xml`);
      assert.ok(found.text.includes(`<family value="${family}"/>`));
      const changed = sent.text.replace('active value="true"', 'active value="false"');
      await rest().expect(200, 'PUT', `Patient/${id}`, changed, { 'content-type': XML });
      await rest().expect(400, 'POST', 'Patient', '<Patient', { 'content-type': XML });
    });

    it('[R10] [R61] further pages come in the format that the first was asked for by its address', async () => {
      const family = unique();
      const { id } = await rest().create(patient(family));
      await rest().create(patient(family));
      await rest().create(observation({ subject: { reference: `Patient/${id}` } }));
      for (const first of [`Patient?family=${family}&`, `Patient/${id}/$everything?`, 'Patient/_history?']) {
        const { text } = await rest().expect(200, 'GET', `${first}_count=1&_format=xml`);
        const next = /<relation value="next"\/>\s*<url value="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
        const { headers } = await rest().expect(200, 'GET', next ?? assert.fail(text));
        assert.match(headers.get('content-type') ?? '', xml, first);
      }
    });

    it('[R11] other formats: 406 for answers, 415 for bodies, also without Content-Type', async () => {
      const { id } = await rest().create(patient(unique()));
      for (const accept of [
        'text/turtle',
        'image/png',
        'application/fhir+json; fhirVersion=3.0',
        'application/json;q=0',
        '*/*;q=0',
        'application/fhir+json;q=0, application/fhir+xml;q=0, */*',
      ]) {
        await rest().expect(406, 'GET', `Patient/${id}`, undefined, { accept });
      }
      await rest().expect(406, 'GET', `Patient/${id}?_format=ttl`);
      await rest().expect(406, 'GET', 'metadata?_format=x');
      await rest().expect(406, 'GET', 'metadata?_format=application/fhir%2Bjson;%20fhirVersion=3.0');
      await rest().expect(200, 'GET', 'metadata?_format=application/fhir+json;%20fhirVersion=4.0');
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        '',
        'application/fhir+json; fhirVersion=3.0',
        'application/fhir+json; charset=iso-8859-1',
      ]) {
        await rest().expect(415, 'POST', 'Patient', JSON.stringify(patient(unique())), { 'content-type': type });
      }
      for (const type of ['text/plain', 'application/merge-patch+json', '']) {
        const { headers } = await rest().expect(415, 'PATCH', `Patient/${id}`, '[]', { 'content-type': type });
        assert.match(headers.get('accept-patch') ?? '', /^application\/json-patch\+json, /, type);
      }
      await rest().expect(415, 'POST', 'Patient/_search', 'name=a', { 'content-type': 'text/plain' });
    });

    it('[R2] the modes of the statement that R4 knows are answered, others are 400', async () => {
      for (const mode of ['full', 'normative', 'terminology']) {
        const { body } = await rest().as('').expect(200, 'GET', `metadata?mode=${mode}`);
        assert.equal(body.resourceType, 'CapabilityStatement', mode);
      }
      await rest().as('').expect(400, 'GET', 'metadata?mode=x');
    });

    it('[R1] [R22] the statement has an entity tag, and is not sent again to who has it', async () => {
      const { headers } = await rest().as('').expect(200, 'GET', 'metadata');
      const tag = headers.get('etag') ?? '';
      assert.match(tag, /^W\/"[0-9a-f]+"$/);
      const { text } = await rest().as('').expect(304, 'GET', 'metadata', undefined, { 'if-none-match': tag });
      assert.equal(text, '');
      await rest().as('').expect(200, 'GET', 'metadata', undefined, { 'if-none-match': 'W/"1"' });
    });

    it('[R12] _pretty, _summary, _elements with a bad value are 400', async () => {
      const { id } = await rest().create(patient(unique()));
      for (const path of ['metadata', `Patient/${id}`, 'Patient']) {
        await rest().expect(400, 'GET', `${path}?_pretty=perhaps`);
        await rest().expect(400, 'GET', `${path}?_summary=some`);
        await rest().expect(400, 'GET', `${path}?_elements=%24`);
      }
      const pretty = await rest().expect(200, 'GET', `Patient/${id}?_pretty=true`);
      assert.match(pretty.text, /^\{\n {2}"resourceType"/);
    });

    it('[R13] every refusal is an OperationOutcome, in the format asked for', async () => {
      const { text, headers } = await rest().call('GET', `Patient/${unique()}`, undefined, { accept: XML });
      assert.match(headers.get('content-type') ?? '', xml);
      assert.match(text, /<OperationOutcome xmlns="http:\/\/hl7\.org\/fhir">.*<severity value="error"\/>/s);
    });

    it('[R14] unknown route or type, wrong case 404; method not allowed 405 with Allow', async () => {
      for (const path of [
        'Patience',
        'patient',
        'Patient/1/2/3',
        'Patient/1/$nothing',
        '$nothing',
        'Patient/1/_hist',
      ]) {
        await rest().expect(404, 'GET', path);
      }
      const allowed = async (method: string, path: string): Promise<string> =>
        (await rest().expect(405, method, path)).headers.get('allow') ?? '';
      assert.equal(await allowed('POST', 'metadata'), 'GET, HEAD');
      assert.equal(await allowed('POST', 'Patient/1'), 'GET, HEAD, PUT, PATCH, DELETE');
      assert.equal(await allowed('DELETE', 'Patient/1/_history'), 'GET, HEAD');
      assert.equal(await allowed('DELETE', 'Patient/_search'), 'POST');
      assert.equal(await allowed('DELETE', ''), 'GET, HEAD, POST');
      assert.equal(await allowed('DELETE', 'Patient/1/$everything'), 'GET, HEAD, POST');
      assert.match(await allowed('PROPFIND', 'Patient'), /GET, HEAD, POST/);
    });

    it('[R20] read gives the id of its URL, ETag, Last-Modified and the media type', async () => {
      const { id } = await rest().create(patient(unique()));
      const { body, headers } = await rest().expect(200, 'GET', `Patient/${id}`);
      assert.equal(body.id, id);
      assert.equal(headers.get('etag'), 'W/"1"');
      assert.equal(headers.get('last-modified'), new Date(body.meta?.lastUpdated ?? '').toUTCString());
      assert.equal(headers.get('content-type'), 'application/fhir+json; charset=utf-8');
    });

    it('[R22] HEAD answers as GET does, without the body', async () => {
      const { id } = await rest().create(patient(unique()));
      const got = await rest().expect(200, 'GET', `Patient/${id}`);
      const head = await rest().expect(200, 'HEAD', `Patient/${id}`);
      assert.equal(head.text, '');
      for (const name of ['etag', 'last-modified', 'content-type', 'content-length']) {
        assert.equal(head.headers.get(name), got.headers.get(name), name);
      }
      await rest().expect(404, 'HEAD', `Patient/${unique()}`);
      await rest().expect(200, 'HEAD', 'Patient?_count=1');
      await rest().expect(200, 'HEAD', 'metadata');
    });

    it('[R23] _summary and _elements cut the resource and say so', async () => {
      const text = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">a</div>' };
      const note = [{ text: 'a note' }];
      const { id } = await rest().create(observation({ text, note, valueString: 'v' }));
      const view = async (query: string): Promise<{ names: string[]; tags: (string | undefined)[] }> => {
        const { body } = await rest().expect(200, 'GET', `Observation/${id}?${query}`);
        const tags = (body.meta?.['tag'] ?? []) as { code?: string }[];
        const names = Object.keys(body).filter(name => !['resourceType', 'id', 'meta'].includes(name));
        return { names: names.sort(), tags: tags.map(({ code }) => code) };
      };
      assert.deepEqual(await view('_summary=false'), {
        names: ['code', 'note', 'status', 'text', 'valueString'],
        tags: [],
      });
      assert.deepEqual(await view('_summary=true'), { names: ['code', 'status', 'valueString'], tags: ['SUBSETTED'] });
      assert.deepEqual(await view('_summary=text'), { names: ['code', 'status', 'text'], tags: ['SUBSETTED'] });
      assert.deepEqual(await view('_summary=data'), {
        names: ['code', 'note', 'status', 'valueString'],
        tags: ['SUBSETTED'],
      });
      assert.deepEqual(await view('_elements=note'), { names: ['code', 'note', 'status'], tags: ['SUBSETTED'] });
    });

    it('[R23] a resource that was cut cannot be sent back as if it were whole', async () => {
      const { id } = await rest().create(observation({ note: [{ text: 'a note' }] }));
      const { body } = await rest().expect(200, 'GET', `Observation/${id}?_summary=true`);
      await rest().expect(422, 'PUT', `Observation/${id}`, body);
    });

    it('[R9] any origin may ask: CORS on answers and on the question before', async () => {
      const origin = 'https://app.example.org';
      const { headers } = await rest().as('').expect(200, 'GET', 'metadata', undefined, { origin });
      assert.match(headers.get('access-control-allow-origin') ?? '', /^(\*|https:\/\/app\.example\.org)$/);
      assert.match(headers.get('access-control-expose-headers') ?? '', /ETag/);
      const preflight = await rest().as('').expect(204, 'OPTIONS', 'Patient', undefined, {
        origin,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'authorization,if-match',
      });
      assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /PUT/);
      assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /If-Match/);
      const refused = await rest().as('').expect(401, 'GET', 'Patient', undefined, { origin });
      assert.equal(refused.headers.get('access-control-allow-origin'), '*');
      assert.match(refused.headers.get('www-authenticate') ?? '', /^Bearer/);
    });

    it('[R153] the request id comes back; answers carry security headers', async () => {
      const { headers } = await rest().expect(200, 'GET', 'Patient?_count=1', undefined, { 'x-request-id': 'mine-1' });
      assert.equal(headers.get('x-request-id'), 'mine-1');
      assert.equal(headers.get('x-correlation-id'), null);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('cache-control'), 'no-store');
      const fresh = await rest().expect(200, 'GET', 'Patient?_count=1', undefined, { 'x-request-id': 'a b' });
      assert.match(fresh.headers.get('x-request-id') ?? '', /^[\w-]{8,}$/);
      const refused = await rest().expect(404, 'GET', `Patient/${unique()}`, undefined, { 'x-correlation-id': 'ours' });
      assert.equal(refused.headers.get('x-correlation-id'), 'ours');
    });
  });
});
