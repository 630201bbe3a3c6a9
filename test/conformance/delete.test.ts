/** delete. https://hl7.org/fhir/R4/http.html#delete */
import assert from 'node:assert/strict';
import { asBundle, eachRest, patient, unique } from './rest.js';

describe('delete', () => {
  eachRest(rest => {
    it('[R39] answers 204, then the resource is gone: 410, unfound, and a second delete succeeds', async () => {
      const family = unique();
      const { id } = await rest().create(patient(family));
      const { text, headers } = await rest().expect(204, 'DELETE', `Patient/${id}`);
      assert.equal(text, '');
      assert.equal(headers.get('etag'), 'W/"2"');
      const gone = await rest().expect(410, 'GET', `Patient/${id}`);
      assert.equal(gone.headers.get('etag'), 'W/"2"');
      assert.ok(Date.parse(gone.headers.get('last-modified') ?? '') > 0);
      assert.equal(await rest().count('Patient', `family=${family}`), 0);
      assert.equal(await rest().count('Patient', `family=${family}&gender:not=male`), 0);
      assert.equal(await rest().count('Patient', `_id=${id}`), 0);
      await rest().expect(204, 'DELETE', `Patient/${id}`);
      const history = await rest().expect(200, 'GET', `Patient/${id}/_history`);
      assert.equal(history.body['total'], 2, 'a second delete makes no version');
    });

    it('[R37] [R39] the version of a deletion guards bringing the resource back', async () => {
      const made = await rest().create(patient(unique()));
      await rest().expect(204, 'DELETE', `Patient/${made.id}`);
      const { headers } = await rest().expect(410, 'GET', `Patient/${made.id}`);
      const again = { ...made, active: true };
      for (const tag of ['*', 'W/"1"', 'W/"3"']) {
        await rest().expect(412, 'PUT', `Patient/${made.id}`, again, { 'if-match': tag });
      }
      const tag = headers.get('etag') ?? '';
      const back = await rest().expect(201, 'PUT', `Patient/${made.id}`, again, { 'if-match': tag });
      assert.equal(back.body.meta?.versionId, '3');
      await rest().expect(412, 'PUT', `Patient/${made.id}`, made, { 'if-match': tag });
    });

    it('[R39] with Prefer: return=OperationOutcome it is 200 and says so', async () => {
      const { id } = await rest().create(patient(unique()));
      const { body } = await rest().expect(200, 'DELETE', `Patient/${id}`, undefined, {
        prefer: 'return=OperationOutcome',
      });
      assert.equal(body.resourceType, 'OperationOutcome');
    });

    it('[R39] what never was is deleted as well', async () => {
      await rest().expect(204, 'DELETE', `Patient/${unique()}`);
    });

    it('[R37] If-Match holds for deletes: stale 412, malformed 400', async () => {
      const { id } = await rest().create(patient(unique()));
      await rest().expect(412, 'DELETE', `Patient/${id}`, undefined, { 'if-match': 'W/"9"' });
      await rest().expect(400, 'DELETE', `Patient/${id}`, undefined, { 'if-match': '9' });
      await rest().expect(200, 'GET', `Patient/${id}`);
      await rest().expect(204, 'DELETE', `Patient/${id}`, undefined, { 'if-match': 'W/"1"' });
    });

    it('[R21] vread of the deletion is 410, of the version before 200, of one there is not 404', async () => {
      const { id } = await rest().create(patient(unique()));
      await rest().expect(204, 'DELETE', `Patient/${id}`);
      const gone = await rest().expect(410, 'GET', `Patient/${id}/_history/2`);
      assert.equal(gone.headers.get('etag'), 'W/"2"');
      await rest().expect(200, 'GET', `Patient/${id}/_history/1`);
      await rest().expect(404, 'GET', `Patient/${id}/_history/3`);
      await rest().expect(404, 'GET', `Patient/${id}/_history/x`);
      await rest().expect(404, 'GET', `Patient/${unique()}/_history/1`);
    });

    it('[R74] deleted resources are not included', async () => {
      const organization = await rest().create({ resourceType: 'Organization', name: unique() });
      const family = unique();
      await rest().create(patient(family, { managingOrganization: { reference: `Organization/${organization.id}` } }));
      const search = `Patient?family=${family}&_include=Patient:organization`;
      const before = await rest().expect(200, 'GET', search);
      assert.equal(asBundle(before.body).entry?.length, 2);
      await rest().expect(204, 'DELETE', `Organization/${organization.id}`);
      const after = await rest().expect(200, 'GET', search);
      assert.equal(asBundle(after.body).entry?.length, 1);
    });
  });
});
