/** Many at once: what may happen once happens once, and what belongs together happens together. */
import assert from 'node:assert/strict';
import { eachRest, observation, patient, unique } from './rest.js';

const CROWD = 20;
const times = <T>(count: number, make: (at: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_value, at) => make(at)));

describe('concurrency', () => {
  eachRest(rest => {
    it('[R41] twenty parallel conditional creates make one', async () => {
      const family = unique();
      const criteria = `identifier=urn:example%7C${family}`;
      const answers = await times(CROWD, () =>
        rest().call('POST', 'Patient', patient(family), { 'if-none-exist': criteria }),
      );
      const made = answers.filter(({ status }) => status === 201);
      assert.equal(made.length, 1);
      assert.equal(answers.filter(({ status }) => status === 200).length, CROWD - 1);
      assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
      assert.equal(await rest().count('Patient', criteria), 1);
    });

    it('[R42] parallel conditional updates make one resource', async () => {
      const family = unique();
      const criteria = `identifier=urn:example%7C${family}`;
      // Each has to win in turn: a crowd on a slow store would wear out the patience of the last.
      const answers = await times(rest().slow ? 5 : CROWD, at =>
        rest().call('PUT', `Patient?${criteria}`, patient(family, { multipleBirthInteger: at })),
      );
      const others = answers.filter(({ status }) => ![200, 201, 409].includes(status));
      assert.deepEqual(
        others.map(({ status, text }) => [status, text]),
        [],
      );
      assert.equal(answers.filter(({ status }) => status === 201).length, 1);
      assert.equal(await rest().count('Patient', criteria), 1);
    });

    it('[R37] twenty parallel updates with one If-Match make one version', async () => {
      const made = await rest().create(patient(unique()));
      const answers = await times(CROWD, at =>
        rest().call('PUT', `Patient/${made.id}`, { ...made, multipleBirthInteger: at }, { 'if-match': 'W/"1"' }),
      );
      assert.equal(answers.filter(({ status }) => status === 200).length, 1);
      assert.equal(answers.filter(({ status }) => status === 412).length, CROWD - 1);
      const history = await rest().expect(200, 'GET', `Patient/${made.id}/_history`);
      assert.equal(history.body['total'], 2);
    });

    it('[R51] parallel transactions on the same resources: each whole, none in part', async () => {
      const [one, two] = [await rest().create(patient(unique())), await rest().create(patient(unique()))];
      const tag = unique();
      const put = (target: { id: string }, at: number): object => ({
        resource: { ...target, multipleBirthInteger: at },
        request: { method: 'PUT', url: `Patient/${target.id}`, ifMatch: 'W/"1"' },
      });
      const note = (at: number): object => ({
        resource: observation({
          identifier: [{ system: 'urn:example', value: `${tag}-${at}` }],
          meta: { tag: [{ code: tag }] },
        }),
        request: { method: 'POST', url: 'Observation' },
      });
      const bundle = (at: number): unknown => ({
        resourceType: 'Bundle',
        type: 'transaction',
        // In turns from either side, so that they meet in the middle.
        entry: at % 2 === 0 ? [put(one, at), put(two, at), note(at)] : [put(two, at), put(one, at), note(at)],
      });
      const answers = await times(10, at => rest().call('POST', '', bundle(at)));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array<number>(9).fill(412)]);
      const winner = answers.findIndex(({ status }) => status === 200);
      for (const { id } of [one, two]) {
        const { body } = await rest().expect(200, 'GET', `Patient/${id}`);
        assert.deepEqual([body['multipleBirthInteger'], body.meta?.versionId], [winner, '2']);
      }
      assert.equal(await rest().count('Observation', `_tag=${tag}`), 1);
    });

    it('[R51] parallel transactions without If-Match all happen, one after the other', async () => {
      const made = await rest().create(patient(unique()));
      const answers = await times(6, at =>
        rest().call('POST', '', {
          resourceType: 'Bundle',
          type: 'transaction',
          entry: [
            { resource: { ...made, multipleBirthInteger: at }, request: { method: 'PUT', url: `Patient/${made.id}` } },
          ],
        }),
      );
      assert.deepEqual(
        answers.map(({ status }) => status),
        Array<number>(6).fill(200),
      );
      const history = await rest().expect(200, 'GET', `Patient/${made.id}/_history`);
      assert.equal(history.body['total'], 7);
    });

    it('[R39] parallel deletes and updates leave a history without gaps', async () => {
      const made = await rest().create(patient(unique()));
      const path = `Patient/${made.id}`;
      await times(8, at =>
        at % 2 === 0
          ? rest().call('DELETE', path)
          : rest().call('PATCH', path, JSON.stringify([{ op: 'add', path: '/multipleBirthInteger', value: at }]), {
              'content-type': 'application/json-patch+json',
            }),
      );
      const { body } = await rest().expect(200, 'GET', `${path}/_history?_count=50`);
      const tags = ((body['entry'] ?? []) as { response: { etag: string } }[]).map(({ response }) => response.etag);
      assert.deepEqual(
        tags,
        tags.map((_tag, at) => `W/"${tags.length - at}"`),
      );
    });
  });
});
