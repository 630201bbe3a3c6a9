/** update, update as create, preconditions. https://hl7.org/fhir/R4/http.html#update */
import assert from 'node:assert/strict';
import { eachRest, outcome, patient, unique } from './rest.js';

describe('update', () => {
  eachRest(rest => {
    it('[R36] answers 200 with the next version and its ETag', async () => {
      const made = await rest().create(patient(unique()));
      const { body, headers } = await rest().expect(200, 'PUT', `Patient/${made.id}`, { ...made, active: true });
      assert.equal(body.meta?.versionId, '2');
      assert.equal(headers.get('etag'), 'W/"2"');
      assert.match(headers.get('last-modified') ?? '', / GMT$/);
      const read = await rest().expect(200, 'GET', `Patient/${made.id}`);
      assert.equal(read.body['active'], true);
    });

    it('[R36] an id that is missing or another is 400; the body of another type too', async () => {
      const made = await rest().create(patient(unique()));
      const { id: _id, ...without } = made;
      await rest().expect(400, 'PUT', `Patient/${made.id}`, without);
      const answer = await rest().expect(400, 'PUT', `Patient/${made.id}`, { ...made, id: 'other' });
      assert.match(outcome(answer.body).issue[0]?.expression?.[0] ?? '', /\.id$/);
      await rest().expect(400, 'PUT', `Patient/${made.id}`, { ...made, resourceType: 'Person' });
      const read = await rest().expect(200, 'GET', `Patient/${made.id}`);
      assert.equal(read.body.meta?.versionId, '1');
    });

    it('[R37] If-Match: right 200, stale 412, malformed 400', async () => {
      const made = await rest().create(patient(unique()));
      const path = `Patient/${made.id}`;
      await rest().expect(200, 'PUT', path, { ...made, active: true }, { 'if-match': 'W/"1"' });
      await rest().expect(412, 'PUT', path, { ...made, active: false }, { 'if-match': 'W/"1"' });
      await rest().expect(400, 'PUT', path, { ...made, active: false }, { 'if-match': 'one' });
      await rest().expect(200, 'PUT', path, { ...made, active: false }, { 'if-match': '*' });
      const read = await rest().expect(200, 'GET', path);
      assert.deepEqual([read.body['active'], read.body.meta?.versionId], [false, '3']);
    });

    it('[R38] an update without a change is 200 and makes no version', async () => {
      const extension = [{ url: 'urn:example:dose', valueDecimal: 1.5 }];
      const made = await rest().create(patient(unique(), { active: true, extension }));
      const { headers, body } = await rest().expect(200, 'PUT', `Patient/${made.id}`, made);
      assert.equal(headers.get('etag'), 'W/"1"');
      assert.deepEqual(body, made);
      const turned = JSON.stringify(Object.fromEntries(Object.entries(made).reverse()));
      const again = await rest().expect(200, 'PUT', `Patient/${made.id}`, turned);
      assert.equal(again.headers.get('etag'), 'W/"1"', 'the order of properties says nothing');
      const xml = await rest().expect(200, 'GET', `Patient/${made.id}?_format=xml`);
      const type = { 'content-type': 'application/fhir+xml' };
      const back = await rest().expect(200, 'PUT', `Patient/${made.id}`, xml.text, type);
      assert.equal(back.headers.get('etag'), 'W/"1"');
      const history = await rest().expect(200, 'GET', `Patient/${made.id}/_history`);
      assert.equal(history.body['total'], 1);
    });

    it('[R40] Prefer holds for updates', async () => {
      const made = await rest().create(patient(unique()));
      const changed = { ...made, active: true };
      const minimal = await rest().expect(200, 'PUT', `Patient/${made.id}`, changed, { prefer: 'return=minimal' });
      assert.equal(minimal.text, '');
      assert.equal(minimal.headers.get('etag'), 'W/"2"');
    });

    it('[R12] [R23] writes take the parameters about the form of the answer', async () => {
      const { id } = await rest().create(patient(unique()));
      const part = await rest().expect(200, 'PUT', `Patient/${id}?_elements=active`, { ...patient('x'), id });
      assert.deepEqual(Object.keys(part.body), ['resourceType', 'id', 'meta']);
      const text = await rest().expect(201, 'POST', 'Patient?_summary=text&_pretty=true', patient('x'));
      assert.equal(text.body['name'], undefined);
      await rest().expect(400, 'PUT', `Patient/${id}?_summary=x`, { ...patient('y'), id });
      await rest().expect(400, 'POST', 'Patient?_elements=', patient('y'));
      const { body } = await rest().expect(200, 'GET', `Patient/${id}`);
      assert.equal(body.meta?.versionId, '2');
    });

    it('[R33] whatever else is in the query of a write is refused, and nothing is written', async () => {
      const { id } = await rest().create(patient(unique()));
      for (const query of ["'%20having%201=1--", '%3Cscript%3Ealert(1)%3C/script%3E', 'colour=x']) {
        await rest().expect(400, 'POST', `Patient?${query}`, patient('y'));
        await rest().expect(400, 'PUT', `Patient/${id}?${query}`, { ...patient('z'), id });
        await rest().expect(400, 'DELETE', `Patient/${id}?${query}`);
      }
      const { body } = await rest().expect(200, 'GET', `Patient/${id}`);
      assert.equal(body.meta?.versionId, '1');
    });

    it('[R33] nothing can be put at an id outside the grammar (400), and nothing is there (404)', async () => {
      for (const id of ['a_b', 'a'.repeat(65), "x'y", "'%20SELECT%20name%20FROM%20syscolumns--"]) {
        const body = { ...patient(unique()), id: decodeURIComponent(id) };
        await rest().expect(400, 'PUT', `Patient/${id}`, body);
        await rest().expect(404, 'GET', `Patient/${id}`);
      }
      await rest().expect(400, 'PUT', 'Patient/%24validate%00', patient(unique()));
    });
  });

  eachRest(
    rest => {
      it('[R36] creates what is not there, for numeric ids too, and brings back what was deleted', async () => {
        const id = `85${process.pid}`;
        const sent = { ...patient(unique()), id };
        const { headers } = await rest().expect(201, 'PUT', `Patient/${id}`, sent);
        assert.equal(headers.get('location'), `${rest().base}/Patient/${id}/_history/1`);
        await rest().expect(204, 'DELETE', `Patient/${id}`);
        const again = await rest().expect(201, 'PUT', `Patient/${id}`, sent);
        assert.equal(again.body.meta?.versionId, '3');
        await rest().expect(412, 'PUT', `Patient/${id}`, { ...sent, active: true }, { 'if-none-match': '*' });
      });
    },
    { only: 'customer' },
  );

  eachRest(
    rest => {
      it('[R36] does not create where that is not declared: 405', async () => {
        const id = unique();
        const { headers } = await rest().expect(405, 'PUT', `Patient/${id}`, { ...patient(id), id });
        assert.equal(headers.get('allow'), 'GET, HEAD');
        await rest().expect(404, 'GET', `Patient/${id}`);
      });
    },
    { only: 'portal' },
  );
});
