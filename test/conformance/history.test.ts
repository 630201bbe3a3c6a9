/** history of an instance, a type, the system. https://hl7.org/fhir/R4/http.html#history */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { asBundle, eachRest, patient, unique, type Answer, type Rest } from './rest.js';

async function wholeLife(rest: Rest): Promise<string> {
  const made = await rest.create(patient(unique()));
  await rest.expect(200, 'PUT', `Patient/${made.id}`, { ...made, active: true });
  await rest.expect(204, 'DELETE', `Patient/${made.id}`);
  return made.id;
}

const entries = ({ body }: Answer) => asBundle(body).entry ?? [];
const next = ({ body }: Answer): string | undefined =>
  asBundle(body).link?.find(({ relation }) => relation === 'next')?.url;

describe('history', () => {
  eachRest(rest => {
    it('[R24] of an instance: every version and the deletion, newest first, with request and response', async () => {
      const id = await wholeLife(rest());
      const answer = await rest().expect(200, 'GET', `Patient/${id}/_history`);
      const bundle = asBundle(answer.body);
      assert.deepEqual([bundle.type, bundle.total], ['history', 3]);
      assert.equal(bundle.link?.[0]?.url, `${rest().base}/Patient/${id}/_history`);
      const [deletion, update, creation] = entries(answer);
      assert.deepEqual(
        entries(answer).map(({ request, response }) => [request?.method, request?.url, response?.status]),
        [
          ['DELETE', `Patient/${id}`, '204 No Content'],
          ['PUT', `Patient/${id}`, '200 OK'],
          ['POST', 'Patient', '201 Created'],
        ],
      );
      assert.equal(deletion?.resource, undefined);
      assert.deepEqual([update?.resource?.id, update?.resource?.meta?.versionId], [id, '2']);
      assert.equal(creation?.response?.etag, 'W/"1"');
      assert.equal(creation.response.lastModified, creation.resource?.meta?.lastUpdated);
      assert.ok(entries(answer).every(({ fullUrl }) => fullUrl === `${rest().base}/Patient/${id}`));
      assert.deepEqual(rest().server.app.parts.validator.validate(answer.body), []);
    });

    it('[R25] of a type and of the system, with _since', async () => {
      // Not the millisecond in which the test before wrote.
      await pause(5);
      const since = new Date().toISOString();
      const id = await wholeLife(rest());
      await rest().create({ resourceType: 'Organization', name: unique() });
      for (const [path, total] of [
        ['Patient/_history', 3],
        ['_history', 4],
      ] as const) {
        const answer = await rest().expect(200, 'GET', `${path}?_since=${since}`);
        assert.equal(answer.body['total'], total, path);
        assert.equal(entries(answer).filter(({ fullUrl }) => fullUrl?.endsWith(id)).length, 3);
      }
    });

    it('[R25] _since in the future finds nothing; _at finds what was current then', async () => {
      const { id, meta } = await rest().create(patient(unique()));
      const none = await rest().expect(200, 'GET', `Patient/${id}/_history?_since=2999-01-01T00:00:00Z`);
      assert.deepEqual([none.body['total'], entries(none).length], [0, 0]);
      await pause(5);
      await rest().expect(204, 'DELETE', `Patient/${id}`);
      const at = encodeURIComponent(String((meta as Record<string, unknown>)['lastUpdated']));
      const then = await rest().expect(200, 'GET', `Patient/${id}/_history?_at=${at}`);
      assert.deepEqual(
        entries(then).map(({ request }) => request?.method),
        ['POST'],
      );
      const methods = async (span: string): Promise<unknown[]> =>
        entries(await rest().expect(200, 'GET', `Patient/${id}/_history?_at=${span}`)).map(one => one.request?.method);
      assert.deepEqual(await methods(`le${at}`), ['POST']);
      assert.deepEqual(await methods(`lt${at}`), []);
      assert.deepEqual(await methods(`ge${at}`), ['DELETE', 'POST']);
      assert.deepEqual(await methods('ge2999'), ['DELETE'], 'deleted it is until further notice');
      assert.deepEqual(await methods('2001'), []);
      await rest().expect(400, 'GET', `Patient/${id}/_history?_at=ne${at}`);
      await rest().expect(400, 'GET', `Patient/${id}/_history?_at=gt`);
    });

    it('[R25] _count pages, each version once, by links that can be followed', async () => {
      const id = await wholeLife(rest());
      const methods: (string | undefined)[] = [];
      let pages = 0;
      for (let url: string | undefined = `Patient/${id}/_history?_count=1`; url !== undefined; pages++) {
        const answer: Answer = await rest().expect(200, 'GET', url);
        assert.equal(answer.body['total'], 3);
        methods.push(...entries(answer).map(({ request }) => request?.method));
        url = next(answer);
      }
      assert.deepEqual([methods, pages], [['DELETE', 'PUT', 'POST'], 3]);
      const counted = await rest().expect(200, 'GET', `Patient/${id}/_history?_count=0`);
      assert.deepEqual([counted.body['total'], entries(counted).length], [3, 0]);
    });

    const previous = ({ body }: Answer): string | undefined =>
      asBundle(body).link?.find(({ relation }) => relation === 'previous')?.url;

    it('[R25] a page link is good at its own path alone: 404 at that of another history, search or operation', async () => {
      const [id, other] = [await wholeLife(rest()), await wholeLife(rest())];
      const cursorOf = async (path: string): Promise<string> => {
        const link = next(await rest().expect(200, 'GET', path)) ?? assert.fail(path);
        return new URL(link).searchParams.get('_page') ?? '';
      };
      await rest().create(patient(unique()));
      await rest().create(patient(unique()));
      const ways = [`Patient/${id}/_history`, `Patient/${other}/_history`, 'Patient/_history', '_history', 'Patient'];
      for (const way of ways) {
        const cursor = await cursorOf(`${way}?_count=1`);
        await rest().expect(200, 'GET', `${way}?_page=${cursor}`);
        for (const path of ways.filter(one => one !== way)) {
          await rest().expect(404, 'GET', `${path}?_page=${cursor}`);
        }
      }
    });

    it('[R25] previous links lead back page by page to the first', async () => {
      const id = await wholeLife(rest());
      const methods: (string | undefined)[] = [];
      let url: string | undefined = `Patient/${id}/_history?_count=1`;
      let step = next;
      while (url !== undefined) {
        const answer: Answer = await rest().expect(200, 'GET', url);
        methods.push(...entries(answer).map(({ request }) => request?.method));
        if (next(answer) === undefined) step = previous;
        url = step(answer);
      }
      assert.deepEqual(methods, ['DELETE', 'PUT', 'POST', 'PUT', 'DELETE']);
    });

    it('[R25] previous links lead back over so many pages, and skip none', async () => {
      const { id } = await rest().create(patient('0'));
      for (let n = 1; n <= 12; n++) await rest().expect(200, 'PUT', `Patient/${id}`, { ...patient(`${n}`), id });
      const versions: (string | undefined)[] = [];
      const walk = async (url: string | undefined, step: typeof next): Promise<string | undefined> => {
        let last = url;
        for (let at = url; at !== undefined;) {
          const answer: Answer = await rest().expect(200, 'GET', at);
          versions.push(entries(answer)[0]?.resource?.meta?.versionId);
          [last, at] = [at, step(answer)];
        }
        return last;
      };
      const end = await walk(`Patient/${id}/_history?_count=1`, next);
      assert.deepEqual(
        versions,
        Array.from({ length: 13 }, (_, n) => String(13 - n)),
      );
      versions.length = 0;
      await walk(end, previous);
      assert.deepEqual(
        versions,
        Array.from({ length: 10 }, (_, n) => String(n + 1)),
      );
    });

    for (const bad of [
      '_since=yesterday',
      '_since=2020-02-30',
      '_count=-1',
      '_count=x',
      '_before=2999-01-01',
      '_sort=x',
      '_sort=_lastUpdated',
      '_summary=x',
      '_since=2001-02-03&_since=2002-02-03',
      '_count=1&_count=2',
    ]) {
      it(`[R25] ${bad} is 400`, async () => {
        await rest().expect(400, 'GET', `Patient/_history?${bad}`);
      });
    }

    it('[R23] [R25] _summary and _elements cut its resources, on every page; count leaves the total alone', async () => {
      const id = await wholeLife(rest());
      const names = (answer: Answer): string[][] =>
        entries(answer).flatMap(({ resource }) => (resource ? [Object.keys(resource).sort()] : []));
      const page = await rest().expect(200, 'GET', `Patient/${id}/_history?_elements=active&_count=2`);
      assert.deepEqual(names(page), [['active', 'id', 'meta', 'resourceType']]);
      assert.equal(entries(page)[1]?.resource?.meta?.tag?.[0]?.code, 'SUBSETTED');
      const second = await rest().expect(200, 'GET', next(page) ?? '');
      assert.deepEqual(names(second), [['id', 'meta', 'resourceType']]);
      const text = await rest().expect(200, 'GET', `Patient/${id}/_history?_summary=text&_sort=-_lastUpdated`);
      assert.deepEqual(names(text)[1], ['id', 'meta', 'resourceType']);
      const counted = await rest().expect(200, 'GET', `Patient/${id}/_history?_summary=count`);
      assert.deepEqual([counted.body['total'], entries(counted).length], [3, 0]);
    });

    it('[R64] what is unknown is left out where the client says so', async () => {
      const id = await wholeLife(rest());
      const lenient = { prefer: 'handling=lenient' };
      const answer = await rest().expect(200, 'GET', `Patient/${id}/_history?colour=x&_count=1`, undefined, lenient);
      assert.equal(asBundle(answer.body).link?.[0]?.url, `${rest().base}/Patient/${id}/_history?_count=1`);
      await rest().expect(400, 'GET', `Patient/${id}/_history?colour=x`);
    });

    it('[R26] of an id that never was is 404', async () => {
      const { body } = await rest().expect(404, 'GET', `Patient/${unique()}/_history`);
      assert.equal(body.resourceType, 'OperationOutcome');
    });

    it('[R27] can be asked for inside a batch', async () => {
      const id = await wholeLife(rest());
      const request = { method: 'GET', url: `Patient/${id}/_history?_count=2` };
      const answer = await rest().bundle('batch', [{ request }]);
      const inner = entries(answer)[0]?.resource as { type?: string; total?: number } | undefined;
      assert.deepEqual([inner?.type, inner?.total], ['history', 3]);
    });

    it('[R21] a read of the deleted is 410, of the unknown 404; an old version stays as it was', async () => {
      const id = await wholeLife(rest());
      await rest().expect(410, 'GET', `Patient/${id}`);
      await rest().expect(404, 'GET', `Patient/${unique()}`);
      const old = await rest().expect(200, 'GET', `Patient/${id}/_history/1`);
      assert.equal(old.body['active'], undefined);
      assert.equal(old.headers.get('etag'), 'W/"1"');
    });
  });
});
