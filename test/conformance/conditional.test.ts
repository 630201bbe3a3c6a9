/** Conditional create, update, delete and patch. https://hl7.org/fhir/R4/http.html#ccreate */
import assert from 'node:assert/strict';
import { eachRest, outcome, patient, unique, type Rest } from './rest.js';

const identified = (family: string): string => `identifier=urn:example%7C${family}`;
const patch = (value: boolean): string => JSON.stringify([{ op: 'add', path: '/active', value }]);
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };

async function twins(rest: Rest): Promise<string> {
  const family = unique();
  await rest.create(patient(family));
  await rest.create(patient(family));
  return family;
}

describe('conditional interactions', () => {
  eachRest(rest => {
    it('[R41] create: none 201, one 200 with Location and ETag of the match, many 412, empty 400', async () => {
      const family = unique();
      const unless = { 'if-none-exist': identified(family) };
      const made = await rest().expect(201, 'POST', 'Patient', patient(family), unless);
      const again = await rest().expect(200, 'POST', 'Patient', patient(family, { active: true }), unless);
      assert.equal(again.body.id, made.body.id);
      assert.equal(again.headers.get('location'), made.headers.get('location'));
      assert.equal(again.headers.get('etag'), 'W/"1"');
      assert.equal(await rest().count('Patient', identified(family)), 1);
      const several = await twins(rest());
      const many = await rest().expect(412, 'POST', 'Patient', patient(several), {
        'if-none-exist': identified(several),
      });
      assert.equal(outcome(many.body).issue[0]?.code, 'multiple-matches');
      for (const condition of ['', '?', '_format=json', '_count=1', 'unknown=1', 'birthdate=x']) {
        await rest().expect(400, 'POST', 'Patient', patient(unique()), { 'if-none-exist': condition });
      }
    });

    it('[R42] update: none 201, one 200, one with another id 400, many 412, no criteria 400', async () => {
      const family = unique();
      const path = `Patient?${identified(family)}`;
      const made = await rest().expect(201, 'PUT', path, patient(family));
      assert.ok(made.headers.get('location'));
      const changed = await rest().expect(200, 'PUT', path, patient(family, { active: true }));
      assert.deepEqual([changed.body.id, changed.body.meta?.versionId], [made.body.id, '2']);
      await rest().expect(200, 'PUT', path, { ...patient(family), id: made.body.id });
      await rest().expect(400, 'PUT', path, { ...patient(family), id: 'other' });
      await rest().expect(412, 'PUT', `Patient?${identified(await twins(rest()))}`, patient(family));
      await rest().expect(400, 'PUT', 'Patient', patient(family));
      const fresh = unique();
      const withId = await rest().expect(201, 'PUT', `Patient?${identified(fresh)}`, { ...patient(fresh), id: fresh });
      assert.equal(withId.body.id, fresh);
      await rest().expect(412, 'PUT', path, patient(family), { 'if-match': 'W/"1"' });
      // What has this id does not match: it is not overwritten.
      await rest().expect(409, 'PUT', `Patient?${identified(unique())}`, { ...patient(unique()), id: fresh });
      assert.equal(await rest().count('Patient', identified(fresh)), 1);
    });

    it('[R40] [R42] [R44] the resource that criteria chose is named, also by an answer without it', async () => {
      const family = unique();
      const { id } = await rest().create(patient(family));
      const path = `Patient?${identified(family)}`;
      const minimal = { prefer: 'return=minimal' };
      const created = await rest().expect(200, 'POST', 'Patient', patient(family), {
        ...minimal,
        'if-none-exist': identified(family),
      });
      const updated = await rest().expect(200, 'PUT', path, patient(family, { active: false }), minimal);
      const patched = await rest().expect(200, 'PATCH', path, patch(true), { ...JSON_PATCH, ...minimal });
      for (const [version, { text, headers }] of [created, updated, patched].entries()) {
        assert.equal(text, '');
        assert.equal(headers.get('location'), `${rest().base}/Patient/${id}/_history/${version + 1}`);
      }
    });

    it('[R43] delete: none 204, one 204, no criteria refused', async () => {
      const family = unique();
      await rest().expect(204, 'DELETE', `Patient?${identified(family)}`);
      const { id } = await rest().create(patient(family));
      await rest().expect(204, 'DELETE', `Patient?${identified(family)}`);
      await rest().expect(410, 'GET', `Patient/${id}`);
      await rest().expect(400, 'DELETE', 'Patient');
      await rest().expect(400, 'DELETE', 'Patient?_format=json');
    });

    it('[R43] delete: If-Match names the current version of what matches, and never nothing', async () => {
      const family = unique();
      const remove = (status: number, tag: string) =>
        rest().expect(status, 'DELETE', `Patient?${identified(family)}`, undefined, { 'if-match': tag });
      for (const tag of ['W/"1"', '*']) await remove(412, tag);
      const { id } = await rest().create(patient(family));
      await remove(412, 'W/"2"');
      await rest().expect(200, 'GET', `Patient/${id}`);
      const entry = { request: { method: 'DELETE', url: `Patient?${identified(family)}`, ifMatch: 'W/"2"' } };
      await rest().bundle('transaction', [entry], 412);
      await remove(204, 'W/"1"');
      await remove(412, 'W/"1"');
    });

    it('[R44] patch: none 404, one 200, many 412, no criteria 400, If-Match honoured', async () => {
      const family = unique();
      const path = `Patient?${identified(family)}`;
      await rest().expect(404, 'PATCH', path, patch(true), JSON_PATCH);
      await rest().create(patient(family));
      const done = await rest().expect(200, 'PATCH', path, patch(true), JSON_PATCH);
      assert.deepEqual([done.body['active'], done.body.meta?.versionId], [true, '2']);
      await rest().expect(412, 'PATCH', path, patch(false), { ...JSON_PATCH, 'if-match': 'W/"1"' });
      await rest().expect(200, 'PATCH', path, patch(false), { ...JSON_PATCH, 'if-match': 'W/"2"' });
      await rest().expect(412, 'PATCH', `Patient?${identified(await twins(rest()))}`, patch(true), JSON_PATCH);
      await rest().expect(400, 'PATCH', 'Patient', patch(true), JSON_PATCH);
    });

    it('[R22] read: If-None-Match and If-Modified-Since give 304 while nothing has changed', async () => {
      const made = await rest().create(patient(unique()));
      const path = `Patient/${made.id}`;
      const read = await rest().expect(200, 'GET', path, undefined, { 'if-none-match': 'W/"9"' });
      const modified = read.headers.get('last-modified') ?? '';
      const same = await rest().expect(304, 'GET', path, undefined, { 'if-none-match': 'W/"1"' });
      assert.deepEqual([same.text, same.headers.get('etag')], ['', 'W/"1"']);
      await rest().expect(304, 'GET', path, undefined, { 'if-modified-since': modified });
      await rest().expect(200, 'GET', path, undefined, { 'if-modified-since': 'Thu, 01 Jan 2015 00:00:00 GMT' });
      await rest().expect(400, 'GET', path, undefined, { 'if-none-match': 'one' });
      await rest().expect(200, 'PUT', path, { ...made, active: true });
      await rest().expect(200, 'GET', path, undefined, { 'if-none-match': 'W/"1"' });
    });
  });

  eachRest(
    rest => {
      it('[R43] delete in single mode refuses many: 412, and keeps them', async () => {
        const family = await twins(rest());
        await rest().expect(412, 'DELETE', `Patient?${identified(family)}`);
        assert.equal(await rest().count('Patient', identified(family)), 2);
      });
    },
    { only: 'portal' },
  );

  eachRest(
    rest => {
      it('[R43] delete in multiple mode takes all, and says how many', async () => {
        const family = await twins(rest());
        const { body } = await rest().expect(200, 'DELETE', `Patient?${identified(family)}`, undefined, {
          prefer: 'return=OperationOutcome',
        });
        assert.match(outcome(body).issue[0]?.diagnostics ?? '', /^2 resources/);
        assert.equal(await rest().count('Patient', identified(family)), 0);
      });
    },
    { only: 'customer' },
  );
});
