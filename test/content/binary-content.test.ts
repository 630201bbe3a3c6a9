/** Content of a Binary in a blob: ranges of it, and no answer that shows where it is. https://hl7.org/fhir/R4/binary.html#rest */
import assert from 'node:assert/strict';
import { asBundle, eachRest, patient, unique, type Answer } from '../conformance/rest.js';

const SIZE = 70_001;
const content = Buffer.from(Uint8Array.from({ length: SIZE }, (_, at) => (at * 31 + (at >> 8)) & 0xff));
const PDF = { 'content-type': 'application/pdf' };
const FHIR = { accept: 'application/fhir+json' };

/** [header, start, end]: the range from start to before end. */
const RANGES: [string, number, number][] = [
  ['bytes=0-0', 0, 1],
  ['bytes=0-', 0, SIZE],
  ['bytes=65535-65536', 65_535, 65_537],
  ['bytes=69000-99999', 69_000, SIZE],
  ['bytes=-1', SIZE - 1, SIZE],
  ['bytes=-99999', 0, SIZE],
  [`bytes=${SIZE - 1}-`, SIZE - 1, SIZE],
];
const UNSATISFIABLE = [`bytes=${SIZE}-`, 'bytes=80000-90000', 'bytes=-0'];
const IGNORED = ['bytes=0-1,5-6', 'items=0-1', 'bytes=5-1', 'bytes=-', 'bytes=a-b', ''];

describe('content in a blob', () => {
  eachRest(rest => {
    const bytesOf = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
      const authorization = `Bearer ${rest().server.token('demo-system')}`;
      const answer = await fetch(`${rest().base}/${path}`, { method, headers: { authorization, ...headers } });
      return {
        answer,
        header: (name: string) => answer.headers.get(name),
        bytes: Buffer.from(await answer.arrayBuffer()),
      };
    };
    const created = async (): Promise<string> =>
      `Binary/${(await rest().expect(201, 'POST', 'Binary', content, PDF)).body.id}`;
    const dataIn = ({ body }: Answer): Buffer => Buffer.from(String(body['data']), 'base64');

    it('[R104] one range is answered as such', async () => {
      const path = await created();
      for (const [range, start, end] of RANGES) {
        const { answer, header, bytes } = await bytesOf(path, { range });
        assert.equal(answer.status, 206, range);
        assert.equal(header('content-range'), `bytes ${start}-${end - 1}/${SIZE}`);
        assert.equal(header('content-length'), String(end - start));
        assert.equal(header('etag'), 'W/"1"');
        assert.ok(bytes.equals(content.subarray(start, end)), range);
      }
    });

    it('[R104] a range of small content, which is in the text of its resource', async () => {
      const { body } = await rest().expect(201, 'POST', 'Binary', 'hello', { 'content-type': 'text/plain' });
      const { answer, bytes } = await bytesOf(`Binary/${body.id}`, { range: 'bytes=1-3' });
      assert.deepEqual([answer.status, bytes.toString()], [206, 'ell']);
    });

    it('[R104] a range outside of the content is 416, with its size', async () => {
      const path = await created();
      for (const range of UNSATISFIABLE) {
        const { answer, header, bytes } = await bytesOf(path, { range });
        assert.equal(answer.status, 416, range);
        assert.equal(header('content-range'), `bytes */${SIZE}`);
        assert.match(bytes.toString(), /OperationOutcome/);
      }
    });

    it('[R104] of several ranges, and of what is no range, the whole is sent', async () => {
      const path = await created();
      for (const range of IGNORED) {
        const { answer, header, bytes } = await bytesOf(path, { range });
        assert.equal(answer.status, 200, range);
        assert.equal(header('accept-ranges'), 'bytes');
        assert.ok(bytes.equals(content), range);
      }
    });

    it('[R104] If-Range: the range of this version, or the whole of another', async () => {
      const path = await created();
      const range = 'bytes=0-9';
      assert.equal((await bytesOf(path, { range, 'if-range': 'W/"1"' })).answer.status, 206);
      for (const other of ['W/"2"', '"x"', 'Wed, 21 Oct 2015 07:28:00 GMT']) {
        const { answer, bytes } = await bytesOf(path, { range, 'if-range': other });
        assert.deepEqual([answer.status, bytes.length], [200, SIZE], other);
      }
    });

    it('[R104] [R22] HEAD says how much there is, and sends none', async () => {
      const path = await created();
      const { answer, header, bytes } = await bytesOf(path, { range: 'bytes=0-9' }, 'HEAD');
      assert.deepEqual([answer.status, header('content-length'), bytes.length], [200, String(SIZE), 0]);
    });

    it('[R104] content that a change leaves alone stays, and is whole', async () => {
      const path = await created();
      const tag = { system: 'urn:example', code: unique() };
      const labels = { resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: { tag: [tag] } }] };
      const labelled = await rest().call('POST', `${path}/$meta-add`, labels);
      assert.equal(labelled.status, rest().base.endsWith('portal') ? 404 : 200, labelled.text);
      const patch = JSON.stringify([{ op: 'replace', path: '/contentType', value: 'text/csv' }]);
      const patched = await rest().expect(200, 'PATCH', path, patch, { 'content-type': 'application/json-patch+json' });
      assert.ok(dataIn(patched).equals(content));
      const last = Number(patched.body.meta?.versionId);
      assert.equal(last, labelled.status === 200 ? 3 : 2);
      for (let version = 1; version <= last; version++) {
        const read = await rest().expect(200, 'GET', `${path}/_history/${version}`, undefined, FHIR);
        assert.ok(dataIn(read).equals(content), String(version));
      }
    });

    it('[R104] other content of the same length takes its place', async () => {
      const path = await created();
      const other = Buffer.from(content);
      other[SIZE - 1] = 0x58;
      const id = path.slice('Binary/'.length);
      const resource = { resourceType: 'Binary', id, contentType: 'application/pdf', data: other.toString('base64') };
      assert.ok(!other.equals(content));
      await rest().expect(200, 'PUT', path, resource);
      assert.ok((await bytesOf(path)).bytes.equals(other));
      const before = await rest().expect(200, 'GET', `${path}/_history/1`, undefined, FHIR);
      assert.ok(dataIn(before).equals(content), 'that of the version before stays');
    });

    it('[R104] no answer shows the place of content', async () => {
      const path = await created();
      const id = path.slice('Binary/'.length);
      const { id: subject } = await rest().create(patient(unique()));
      const target = [{ reference: path }, { reference: `Patient/${subject}` }];
      const agent = [{ who: { reference: `Patient/${subject}` } }];
      const provenance = { resourceType: 'Provenance', target, agent, recorded: '2026-01-01T00:00:00Z' };
      const made = await rest().call('POST', 'Provenance', provenance);
      const paths = [
        ...['', '/_history/1', '/_history', '/$validate', '/$meta'].map(below => path + below),
        ...['', '&_elements=data', '&_elements=contentType', '&_summary=data', '&_summary=true'].map(
          more => `Binary?_id=${id}${more}`,
        ),
        `${path}?_elements=data`,
        ...(made.status === 201 ? [`Provenance?_id=${made.body.id}&_include=Provenance:target`] : []),
        `Patient/${subject}/$everything`,
      ];
      for (const one of paths) {
        const { status, text } = await rest().call('GET', one, undefined, FHIR);
        assert.ok(status === 200 || one.includes('$'), `${one}: ${status}`);
        assert.ok(!text.includes('StructureDefinition/blob'), one);
      }
      if (made.status !== 201) return;
      const all = await rest().expect(200, 'GET', `Patient/${subject}/$everything`);
      const found = asBundle(all.body).entry?.find(({ resource }) => resource?.resourceType === 'Binary')?.resource;
      assert.ok(found === undefined || dataIn({ body: found } as never).equals(content));
    });

    it('[R104] nobody names a blob but the server', async () => {
      const url = 'https://portico.health/fhir/StructureDefinition/blob';
      for (const value of [{ valueAttachment: { url: 'x', size: 1, hash: 'eA==' } }, { valueString: 'x' }]) {
        for (const extension of [
          [{ url, ...value }],
          [
            { url: 'urn:other', valueString: 'x' },
            { url, ...value },
          ],
        ]) {
          const forged = { resourceType: 'Binary', contentType: 'text/plain', _data: { extension } };
          await rest().expect(400, 'POST', 'Binary', forged);
          const id = (await created()).slice('Binary/'.length);
          await rest().expect(400, 'PUT', `Binary/${id}`, { ...forged, id });
        }
      }
    });
  });
});
