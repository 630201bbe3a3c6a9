/** Binary: raw content in and out. https://hl7.org/fhir/R4/binary.html#rest */
import assert from 'node:assert/strict';
import { asBundle, eachRest, patient, statuses, unique, type Answer } from './rest.js';

/** Content of no format that repeats nothing, so that it cannot shrink. */
function bytesOf(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0, value = 1; at < size; at++)
    bytes[at] = value = (value * 1103515245 + 12345) >>> 24 || 7 + (at % 251);
  return bytes;
}

const data = ({ body }: Pick<Answer, 'body'>): Buffer => Buffer.from(String(body['data']), 'base64');

describe('Binary', () => {
  eachRest(rest => {
    const raw = async (
      path: string,
      headers: Record<string, string> = {},
    ): Promise<{ type: string; bytes: Buffer }> => {
      const authorization = `Bearer ${rest().server.token('demo-system')}`;
      const response = await fetch(`${rest().base}/${path}`, { headers: { authorization, ...headers } });
      assert.equal(response.status, 200);
      return { type: response.headers.get('content-type') ?? '', bytes: Buffer.from(await response.arrayBuffer()) };
    };

    for (const [type, size] of [
      ['application/pdf', 1000],
      ['image/png', 200_000],
      ['text/csv; charset=utf-8', 10],
      ['application/x-www-form-urlencoded', 20],
      ['application/octet-stream', 0],
    ] as const) {
      it(`[R104] ${size} bytes of ${type} sent raw come back the same, raw and as a resource`, async () => {
        const content = bytesOf(size);
        if (size === 0) {
          await rest().expect(400, 'POST', 'Binary', content, { 'content-type': 'application/fhir+json' });
          return;
        }
        const made = await rest().expect(201, 'POST', 'Binary', content, { 'content-type': type });
        const path = `Binary/${made.body.id}`;
        assert.deepEqual([made.body['contentType'], data(made)], [type, content]);
        const back = await raw(path, { accept: type });
        assert.deepEqual([back.type, back.bytes], [type, content]);
        const any = await raw(path);
        assert.deepEqual(any.bytes, content, 'raw unless FHIR is asked for');
        for (const place of [path, `${path}/_history/1`]) {
          const read = await rest().expect(200, 'GET', place, undefined, { accept: 'application/fhir+json' });
          assert.deepEqual([read.body.resourceType, data(read)], ['Binary', content]);
        }
      });
    }

    it('[R104] plain JSON and XML are content, unless they are a Binary', async () => {
      const base64 = (text: string): string => Buffer.from(text).toString('base64');
      for (const [type, content] of [
        ['application/xml', '<ClinicalDocument xmlns="urn:hl7-org:v3"/>'],
        ['text/xml; charset=iso-8859-1', '<a/>'],
        ['application/json', '{"a":[1]}'],
      ] as const) {
        const made = await rest().expect(201, 'POST', 'Binary', content, { 'content-type': type });
        assert.deepEqual([made.body['contentType'], made.body['data']], [type, base64(content)]);
        const { bytes } = await raw(`Binary/${made.body.id}`, { accept: type });
        assert.equal(bytes.toString(), content);
        await rest().expect(200, 'PUT', `Binary/${made.body.id}`, `${content} `, { 'content-type': type });
      }
      const binary = { resourceType: 'Binary', contentType: 'text/plain', data: base64('x') };
      const json = { 'content-type': 'application/json' };
      const made = await rest().expect(201, 'POST', 'Binary', JSON.stringify(binary), json);
      assert.equal(made.body['contentType'], 'text/plain');
      const xml = '<Binary xmlns="http://hl7.org/fhir"><contentType value="text/plain"/><data value="eA=="/></Binary>';
      const same = await rest().expect(201, 'POST', 'Binary', xml, { 'content-type': 'text/xml' });
      assert.equal(same.body['contentType'], 'text/plain');
      const fhir = { 'content-type': 'application/fhir+json' };
      await rest().expect(400, 'POST', 'Binary', '{"a":[1]}', fhir);
    });

    it('[R104] large content is whole wherever the resource shows: search, history, batch, XML', async () => {
      const content = bytesOf(50_000);
      const { body } = await rest().expect(201, 'POST', 'Binary', content, { 'content-type': 'image/png' });
      const id = body.id ?? '';
      const found = await rest().expect(200, 'GET', `Binary?_id=${id}`);
      const history = await rest().expect(200, 'GET', `Binary/${id}/_history`);
      const batch = await rest().bundle('batch', [{ request: { method: 'GET', url: `Binary/${id}` } }]);
      for (const answer of [found, history, batch]) {
        const [entry] = asBundle(answer.body).entry ?? [];
        assert.deepEqual(data({ body: entry?.resource as never }), content);
        assert.ok(!answer.text.includes('StructureDefinition/blob'));
      }
      assert.deepEqual(statuses(batch), ['200']);
      const xml = await rest().expect(200, 'GET', `Binary/${id}?_format=xml`);
      assert.ok(xml.text.includes(`<data value="${content.toString('base64')}"/>`));
    });

    it('[R36] raw content replaces what was there; the same content makes no version', async () => {
      const type = { 'content-type': 'application/pdf' };
      const { body } = await rest().expect(201, 'POST', 'Binary', bytesOf(30_000), type);
      const path = `Binary/${body.id}`;
      const same = await rest().expect(200, 'PUT', path, bytesOf(30_000), type);
      assert.equal(same.body.meta?.versionId, '1');
      const changed = await rest().expect(200, 'PUT', path, bytesOf(30_001), type);
      assert.equal(changed.body.meta?.versionId, '2');
      const old = await rest().expect(200, 'GET', `${path}/_history/1`, undefined, { accept: 'application/fhir+json' });
      assert.equal(data(old).length, 30_000);
      await rest().expect(204, 'DELETE', path);
      await rest().expect(410, 'GET', path, undefined, { accept: 'application/pdf' });
    });

    it('[R104] as a resource: base64 in, base64 out; what is no base64 is 400', async () => {
      const sent = { resourceType: 'Binary', contentType: 'text/plain', data: 'aGVsbG8=' };
      const { id } = await rest().create(sent);
      const { bytes, type } = await raw(`Binary/${id}`, { accept: 'text/plain' });
      assert.deepEqual([bytes.toString(), type], ['hello', 'text/plain']);
      await rest().expect(400, 'POST', 'Binary', { ...sent, data: '&&&' });
      await rest().expect(422, 'POST', 'Binary', { resourceType: 'Binary', data: 'aGVsbG8=' });
    });

    it('[R104] X-Security-Context goes in and comes out', async () => {
      const { id } = await rest().create(patient(unique()));
      const headers = { 'content-type': 'text/plain', 'x-security-context': `Patient/${id}` };
      const { body } = await rest().expect(201, 'POST', 'Binary', 'hello', headers);
      assert.deepEqual(body['securityContext'], { reference: `Patient/${id}` });
      const read = await rest().expect(200, 'GET', `Binary/${body.id}`, undefined, { accept: 'text/plain' });
      assert.equal(read.headers.get('x-security-context'), `Patient/${id}`);
      assert.equal(read.headers.get('content-disposition'), 'attachment');
      assert.match(read.headers.get('content-security-policy') ?? '', /sandbox/);
    });

    it('[R104] nobody without a token, and no patient but the one it belongs to, reads it', async () => {
      const { id } = await rest().create({ resourceType: 'Binary', contentType: 'text/plain', data: 'aGVsbG8=' });
      await rest().as('').expect(401, 'GET', `Binary/${id}`);
      const { status } = await rest().as('demo-patient').call('GET', `Binary/${id}`);
      assert.equal(status, rest().base.endsWith('portal') ? 404 : 403);
    });
  });
});
