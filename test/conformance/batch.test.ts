/** batch. https://hl7.org/fhir/R4/http.html#transaction */
import assert from 'node:assert/strict';
import type { BundleEntry } from 'fhir/r4.js';
import { asBundle, eachRest, patient, statuses, unique, type Answer } from './rest.js';

const entries = ({ body }: Answer): BundleEntry[] => asBundle(body).entry ?? [];

describe('batch', () => {
  eachRest(rest => {
    it('[R50] each entry has a status of its own, in order; errors carry their outcome', async () => {
      const family = unique();
      const { id } = await rest().create(patient(family));
      const gone = await rest().create(patient(unique()));
      const answer = await rest().bundle('batch', [
        { request: { method: 'GET', url: `Patient/${id}` } },
        { resource: patient(unique()), request: { method: 'POST', url: 'Patient' } },
        { resource: patient(family, { id, active: true }), request: { method: 'PUT', url: `Patient/${id}` } },
        { request: { method: 'DELETE', url: `Patient/${gone.id}` } },
        { request: { method: 'GET', url: `Patient?family=${family}&_summary=count` } },
        { request: { method: 'GET', url: `/Patient/${unique()}` } },
        { request: { method: 'GET', url: `${rest().base}/Patient/${gone.id}` } },
        { resource: { resourceType: 'Patient', gendre: 'x' }, request: { method: 'POST', url: 'Patient' } },
        { request: { method: 'GET', url: 'Patience/1' } },
        { request: { method: 'HEAD', url: `Patient/${id}` } },
        { request: { method: 'GET', url: `Patient/${id}/_history/1` } },
        { request: { method: 'GET', url: 'metadata?_elements=status' } },
      ]);
      assert.equal(asBundle(answer.body).type, 'batch-response');
      assert.deepEqual(statuses(answer), [
        '200',
        '201',
        '200',
        '204',
        '200',
        '404',
        '410',
        '400',
        '404',
        '200',
        '200',
        '200',
      ]);
      const [read, made, updated, , counted, , , bad] = entries(answer);
      assert.equal(read?.resource?.id, id);
      assert.equal(entries(answer)[9]?.resource, undefined, 'HEAD has no body');
      assert.match(made?.response?.location ?? '', /\/Patient\/[^/]+\/_history\/1$/);
      assert.deepEqual([made?.response?.etag, updated?.response?.etag], ['W/"1"', 'W/"2"']);
      for (const entry of [read, made, updated]) {
        assert.equal(entry?.response?.lastModified, entry?.resource?.meta?.lastUpdated);
      }
      assert.equal((counted?.resource as { total?: number } | undefined)?.total, 1);
      for (const entry of entries(answer).filter(({ response }) => Number.parseInt(response?.status ?? '') >= 400)) {
        assert.equal(entry.response?.outcome?.resourceType, 'OperationOutcome');
        assert.equal(entry.resource, undefined);
      }
      assert.equal(bad?.response?.outcome?.resourceType, 'OperationOutcome');
    });

    it('[R50] conditional forms work inside', async () => {
      const family = unique();
      const criteria = `identifier=urn:example|${family}`;
      const answer = await rest().bundle('batch', [
        { resource: patient(family), request: { method: 'POST', url: 'Patient', ifNoneExist: criteria } },
        { resource: patient(family), request: { method: 'POST', url: 'Patient', ifNoneExist: criteria } },
        { resource: patient(family, { active: true }), request: { method: 'PUT', url: `Patient?${criteria}` } },
        { resource: patient(family), request: { method: 'PUT', url: `Patient?${criteria}`, ifMatch: 'W/"1"' } },
        { request: { method: 'DELETE', url: `Patient?${criteria}` } },
        { request: { method: 'GET', url: `Patient?${criteria}&_summary=count` } },
      ]);
      assert.deepEqual(statuses(answer), ['201', '200', '200', '412', '204', '200']);
    });

    it('[R22] a conditional read inside says 304', async () => {
      const { id } = await rest().create(patient(unique()));
      const url = `Patient/${id}`;
      const { meta } = await rest().create(patient(unique()));
      const ifModifiedSince = meta['lastUpdated' as 'versionId'];
      const answer = await rest().bundle('batch', [
        { request: { method: 'GET', url, ifNoneMatch: 'W/"1"' } },
        { request: { method: 'GET', url, ifModifiedSince } },
        { request: { method: 'GET', url, ifModifiedSince: '2001-02-03T04:05:06+01:00' } },
      ]);
      assert.deepEqual(statuses(answer), ['304', '304', '200']);
    });

    it('[R50] a write says where its resource is, whatever else is left out', async () => {
      const family = unique();
      const { id } = await rest().create(patient(family));
      const entry = (active: boolean, url: string, resource = patient(family, { active })) => ({
        resource,
        request: { method: 'PUT', url },
      });
      const answer = await rest().bundle(
        'batch',
        [entry(true, `Patient/${id}`, patient(family, { id })), entry(false, `Patient?family=${family}`)],
        200,
        { prefer: 'return=minimal' },
      );
      assert.deepEqual(
        entries(answer).map(({ response }) => response?.location),
        [1, 2].map(version => `${rest().base}/Patient/${id}/_history/${version}`),
      );
    });

    it('[R40] what a write has to report is its outcome, what $validate finds its result', async () => {
      const resource = patient(unique());
      const answer = await rest().bundle(
        'batch',
        [
          { resource, request: { method: 'POST', url: 'Patient' } },
          { resource, request: { method: 'POST', url: 'Patient/$validate' } },
        ],
        200,
        { prefer: 'return=OperationOutcome' },
      );
      const [made, validated] = entries(answer);
      assert.deepEqual([made?.resource, made?.response?.outcome?.resourceType], [undefined, 'OperationOutcome']);
      assert.deepEqual(
        [validated?.resource?.resourceType, validated?.response?.outcome],
        ['OperationOutcome', undefined],
      );
    });

    it('[R50] urls may end with a slash, and hold more than one question mark', async () => {
      const family = `${unique()}?`;
      await rest().create(patient(family));
      const answer = await rest().bundle('batch', [
        { request: { method: 'GET', url: `Patient/?family=${family}` } },
        { resource: patient(unique()), request: { method: 'POST', url: 'Patient/' } },
      ]);
      assert.deepEqual(statuses(answer), ['200', '201']);
      assert.equal((entries(answer)[0]?.resource as { total?: number }).total, 1);
    });

    it('[R50] one entry that fails leaves the others as they are', async () => {
      const [one, two] = [unique(), unique()];
      const bad = { resourceType: 'Patient', gender: 'x' };
      const answer = await rest().bundle('batch', [
        { resource: patient(one), request: { method: 'POST', url: 'Patient' } },
        { resource: bad, request: { method: 'POST', url: 'Patient' } },
        { resource: patient(two), request: { method: 'POST', url: 'Patient' } },
      ]);
      assert.deepEqual(statuses(answer), ['201', '422', '201']);
      assert.equal(await rest().count('Patient', `family=${one},${two}`), 2);
    });

    it('[R50] entries that make no sense are refused one by one', async () => {
      const answer = await rest().bundle('batch', [
        {},
        { request: { method: 'GET' } },
        { request: { method: 'BREW', url: 'Patient' } },
        { request: { method: 'GET', url: 'https://elsewhere.example.org/Patient/1' } },
        { request: { method: 'POST', url: 'Patient' } },
        { resource: { resourceType: 'Bundle', type: 'batch' }, request: { method: 'POST', url: '' } },
        null,
        { resource: 'text', request: { method: 'POST', url: 'Patient' } },
        { resource: { resourceType: 'Patience' }, request: { method: 'POST', url: 'Patient' } },
      ]);
      assert.deepEqual(statuses(answer), Array(9).fill('400'));
    });

    it('[R31] [R56] what nobody knows in a Bundle is refused: a misspelt condition would prevent nothing', async () => {
      const family = unique();
      const request = { method: 'POST', url: 'Patient' };
      const read = { method: 'GET', url: 'Patient?_count=1' };
      const answer = await rest().bundle('batch', [
        { fullUrl: 'urn:uuid:made-up', resource: patient(family), request },
        { resource: patient(family), request: { ...request, ifNoneExists: `family=${family}` } },
        { request: { ...read, ifModifiedSince: 'yesterday' } },
        { request: read, colour: 'red' },
      ]);
      assert.deepEqual(statuses(answer), ['201', '400', '400', '400']);
      const [, misspelt] = entries(answer);
      assert.match(JSON.stringify(misspelt?.response?.outcome), /Bundle\.entry\[1\]\.request\.ifNoneExists/);
      await rest().bundle('transaction', [{ request: read, colour: 'red' }], 400);
      const bundle = { resourceType: 'Bundle', type: 'batch', entry: [{ request: read }] };
      await rest().expect(400, 'POST', '', { ...bundle, colour: 'red' });
      await rest().expect(400, 'POST', '', { ...bundle, meta: { lastUpdated: 'x' } });
      assert.equal(await rest().count('Patient', `family=${family}`), 1);
    });

    it('[R56] what is no batch and no transaction is refused', async () => {
      await rest().expect(400, 'POST', '', { resourceType: 'Bundle' });
      await rest().expect(400, 'POST', '', { resourceType: 'Bundle', type: 'collection' });
      await rest().expect(400, 'POST', '', { resourceType: 'Bundle', type: 'batch', entry: {} });
      await rest().expect(400, 'POST', '', patient(unique()));
      await rest().expect(400, 'POST', '', '');
      const empty = await rest().bundle('batch', []);
      assert.deepEqual(entries(empty), []);
    });

    it('[R58] 401 for the whole without a token; 403 for the entries that the scopes do not allow', async () => {
      const bundle = { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: 'Patient' } }] };
      await rest().as('').expect(401, 'POST', '', bundle);
    });
  });

  eachRest(
    rest => {
      it('[R58] 403 for each entry that the scopes do not allow', async () => {
        const binary = { resourceType: 'Binary', contentType: 'text/plain', data: 'aGk=' };
        const made = await rest().create(binary);
        const answer = await rest()
          .as('demo-ehr')
          .bundle('batch', [
            { request: { method: 'GET', url: `Patient?_count=1` } },
            { request: { method: 'DELETE', url: `Binary/${made.id}` } },
            { request: { method: 'DELETE', url: `Binary/${unique()}` } },
            { request: { method: 'GET', url: 'AuditEvent' } },
          ]);
        assert.deepEqual(statuses(answer), ['200', '403', '403', '403']);
        assert.equal(entries(answer)[1]?.response?.outcome?.resourceType, 'OperationOutcome');
      });
    },
    { only: 'portal' },
  );
});
