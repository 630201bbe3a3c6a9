/** Deletions go first, and what a transaction has judged and read holds when it commits. https://hl7.org/fhir/R4/http.html#transaction */
import assert from 'node:assert/strict';
import { Fault } from '../../src/fhir/fault.js';
import { eachRest, observation, outcome, patient, statuses, unique, type Answer } from './rest.js';
import { entries, jsonPatch, named, post, urn, versions } from './transacting.js';

describe('transaction: in order, and at its commit', () => {
  eachRest(rest => {
    it('[R57] a conditional create meets what the deletions of its Bundle leave', async () => {
      const family = unique();
      const condition = `identifier=urn:example|${family}`;
      const unless = { ifNoneExist: condition };
      for (const by of ['id', 'condition']) {
        const { id } = await rest().create(patient(family));
        const one = urn();
        const answer = await rest().bundle('transaction', [
          post(observation({ subject: { reference: one } })),
          post(patient(family), unless, one),
          { request: { method: 'DELETE', url: by === 'id' ? `Patient/${id}` : `Patient?${condition}` } },
        ]);
        assert.deepEqual(statuses(answer), ['201', '201', '204']);
        const [observed, made] = entries(answer).map(named);
        assert.notEqual(made, `Patient/${id}`);
        const { body } = await rest().expect(200, 'GET', observed ?? '');
        assert.deepEqual(body['subject'], { reference: made });
        assert.equal(await rest().count('Patient', condition), 1);
        await rest().expect(204, 'DELETE', made ?? '');
      }
    });

    it('[R57] a conditional create still meets what its Bundle does not delete', async () => {
      const family = unique();
      const unless = { ifNoneExist: `identifier=urn:example|${family}` };
      const kept = await rest().create(patient(family));
      const gone = await rest().create(patient(family));
      const deletion = { request: { method: 'DELETE', url: `Patient/${gone.id}` } };
      const answer = await rest().bundle('transaction', [post(patient(family), unless), deletion]);
      assert.deepEqual(statuses(answer), ['200', '204']);
      assert.equal(named(entries(answer)[0]), `Patient/${kept.id}`);
    });

    /** The answer to these entries, while somebody does this between their being judged and their commit, once. */
    async function overtaken(entry: readonly unknown[], meanwhile: () => Promise<unknown>): Promise<Answer> {
      const { store } = rest().server.app;
      const { commit } = store;
      let first = true;
      Object.assign(store, {
        commit: async (...args: Parameters<typeof commit>) => {
          const [{ puts = [], criteria = [] }] = args;
          if (first && puts.length + criteria.length > 0) {
            first = false;
            await meanwhile();
          }
          return commit.apply(store, args);
        },
      });
      try {
        return await rest().call('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
      } finally {
        Object.assign(store, { commit });
      }
    }

    it('[R51] what its answer says of resources that it does not write holds when it commits', async () => {
      const url = (family: string) => `Patient?identifier=urn:example|${family}`;
      const other = post(patient(unique()));
      type Case = [
        name: string,
        status: string,
        entry: (family: string, id: string) => object,
        change: 'delete' | 'twin',
      ];
      const touch = jsonPatch([{ op: 'test', path: '/resourceType', value: 'Patient' }]);
      const cases: Case[] = [
        ['found', '201', family => post(patient(family), { ifNoneExist: url(family) }), 'delete'],
        ['found, then two', '412', family => post(patient(family), { ifNoneExist: url(family) }), 'twin'],
        [
          'patched',
          '404',
          family => ({ resource: jsonPatch(), request: { method: 'PATCH', url: url(family) } }),
          'delete',
        ],
        [
          'patched, then two',
          '412',
          family => ({ resource: jsonPatch(), request: { method: 'PATCH', url: url(family) } }),
          'twin',
        ],
        [
          'patched in vain',
          '412',
          family => ({ resource: touch, request: { method: 'PATCH', url: url(family) } }),
          'twin',
        ],
        [
          'same',
          '412',
          family => ({ resource: patient(family), request: { method: 'PUT', url: url(family) } }),
          'twin',
        ],
        [
          'same by its id',
          '201',
          (family, id) => ({ resource: { ...patient(family), id }, request: { method: 'PUT', url: `Patient/${id}` } }),
          'delete',
        ],
        ['read', '410', (_family, id) => ({ request: { method: 'GET', url: `Patient/${id}` } }), 'delete'],
        ['referred to', '412', family => post(observation({ subject: { reference: url(family) } })), 'delete'],
        ['referred to, then two', '412', family => post(observation({ subject: { reference: url(family) } })), 'twin'],
      ];
      for (const [name, expected, entry, change] of cases) {
        const family = unique();
        const { id } = await rest().create(patient(family));
        const meanwhile = () =>
          change === 'delete' ? rest().expect(204, 'DELETE', `Patient/${id}`) : rest().create(patient(family));
        const answer = await overtaken([entry(family, id), other], meanwhile);
        const status = answer.status === 200 ? statuses(answer)[0] : String(answer.status);
        assert.equal(status, expected, `${name}: ${answer.text}`);
      }
    });

    it('[R51] a deletion that found nothing found nothing when it committed', async () => {
      const { id } = await rest().create(patient(unique()));
      await rest().expect(204, 'DELETE', `Patient/${id}`);
      const restore = () => rest().expect(201, 'PUT', `Patient/${id}`, { resourceType: 'Patient', id });
      const answer = await overtaken([{ request: { method: 'DELETE', url: `Patient/${id}` } }], restore);
      assert.deepEqual(statuses(answer), ['204']);
      await rest().expect(410, 'GET', `Patient/${id}`);
    });

    it('[R57] a read that fails once all is written fails alone', async () => {
      const family = unique();
      const { store } = rest().server.app;
      const { search } = store;
      Object.assign(store, { search: () => Promise.reject(new Fault('timeout', 'too late')) });
      try {
        const find = { request: { method: 'GET', url: `Patient?family=${family}` } };
        const answer = await rest().bundle('transaction', [find, post(patient(family))]);
        assert.deepEqual(statuses(answer), ['504', '201']);
        assert.equal(entries(answer)[0]?.response?.outcome?.resourceType, 'OperationOutcome');
      } finally {
        Object.assign(store, { search });
      }
      assert.equal(await rest().count('Patient', `family=${family}`), 1);
    });

    it('[R57] a search that cannot be understood fails the whole, before anything is written', async () => {
      const before = await versions(rest());
      for (const url of [
        'Patient?unknown=1',
        'Patient?birthdate=soon',
        'Patient/absent/_history/x',
        'Patient/absent',
      ]) {
        const answer = await rest().call('POST', '', {
          resourceType: 'Bundle',
          type: 'transaction',
          entry: [post(patient(unique())), { request: { method: 'GET', url } }],
        });
        assert.ok(answer.status === 400 || answer.status === 404, answer.text);
        assert.match(outcome(answer.body).issue[0]?.expression?.[0] ?? '', /^Bundle\.entry\[1\]/);
      }
      assert.equal(await versions(rest()), before);
    });

    it('[R57] each read is run once', async () => {
      const family = unique();
      const { id } = await rest().create(patient(family));
      const { store } = rest().server.app;
      const { search, read } = store;
      let [searches, reads] = [0, 0];
      Object.assign(store, {
        search: (...args: Parameters<typeof search>) => (searches++, search.apply(store, args)),
        read: (...args: Parameters<typeof read>) => (
          (reads += args[0].filter(key => key.id === id).length),
          read.apply(store, args)
        ),
      });
      try {
        const answer = await rest().bundle('transaction', [
          { request: { method: 'GET', url: `Patient?family=${family}` } },
          { request: { method: 'GET', url: `Patient/${id}` } },
        ]);
        assert.deepEqual(statuses(answer), ['200', '200']);
      } finally {
        Object.assign(store, { search, read });
      }
      assert.deepEqual([searches, reads], [1, 1]);
    });
  });
});
