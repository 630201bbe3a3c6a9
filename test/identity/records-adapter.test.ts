/** oidc-provider's storage over the records: what is used once is used once, whoever else tries at that moment. */
import assert from 'node:assert/strict';
import type { Adapter } from 'oidc-provider';
import { grantRecord } from '../../src/access/opaque.js';
import { secretHash } from '../../src/fhir/secret.js';
import { systemClock } from '../../src/fhir/clock.js';
import { recordsAdapter } from '../../src/identity/authorization-server/records-adapter.js';
import type { Storage } from '../../src/store/port.js';
import { eachStorage } from '../fixtures/storages.js';

const MINUTE = 60;
const clients = { find: () => Promise.resolve(undefined) };
const grants = { use: () => Promise.resolve() };
const reused = () => Promise.resolve([]);

describe('records of the authorization server', () => {
  eachStorage((_name, open) => {
    let storage: Storage;
    let adapter: (model: string) => Adapter;
    before(async () => {
      storage = await open();
      adapter = model =>
        recordsAdapter(model, { ...storage, clock: systemClock, clients, grants, reused, issuer: 'https://a.example' });
    });
    after(() => storage.store.close());

    const outcomes = async (work: () => Promise<unknown>, count = 10) =>
      (await Promise.allSettled(Array.from({ length: count }, work))).map(({ status }) => status);
    const grantIsThere = async (id: string) => {
      const { kind, id: hash } = grantRecord(secretHash(id));
      return (await storage.records.get(kind, hash, Date.now())) !== undefined;
    };

    it('[A14] a code that two use at once is used by one, and its grant ends', async () => {
      await adapter('Grant').upsert('g1', { accountId: 'Person/1', clientId: 'c' }, MINUTE);
      await adapter('AuthorizationCode').upsert('code', { grantId: 'g1' }, MINUTE);
      const all = await outcomes(async () => adapter('AuthorizationCode').consume('code'));
      assert.equal(all.filter(status => status === 'fulfilled').length, 1);
      assert.equal(await grantIsThere('g1'), false);
    });

    it('[A20] a refresh token that two use at once is used by one, and its grant stays', async () => {
      await adapter('Grant').upsert('g2', { accountId: 'Person/1', clientId: 'c' }, MINUTE);
      await adapter('RefreshToken').upsert('refresh', { grantId: 'g2' }, MINUTE);
      const all = await outcomes(async () => adapter('RefreshToken').consume('refresh'));
      assert.equal(all.filter(status => status === 'fulfilled').length, 1);
      assert.equal(await grantIsThere('g2'), true);
      assert.equal(await adapter('RefreshToken').find('refresh'), undefined);
    });

    it('[A23] an id of an assertion is new once', async () => {
      const all = await outcomes(async () => adapter('ReplayDetection').upsert('jti', { iss: 'c' }, MINUTE));
      assert.equal(all.filter(status => status === 'fulfilled').length, 1);
    });

    it('[A10] keeps neither the id of what it keeps nor the secret of a session', async () => {
      const secret = 'a-secret-that-nobody-keeps';
      await adapter('RefreshToken').upsert(secret, { jti: secret, grantId: 'g2', scope: 'openid' }, MINUTE);
      const session = { accountId: 'Person/1', cookie: secret };
      await adapter('Interaction').upsert('uid', { session }, MINUTE);
      for (const [model, id] of [
        ['RefreshToken', secret],
        ['Interaction', 'uid'],
      ] as const) {
        const kept = await storage.records.get(`oauth-${model}`, secretHash(id), Date.now());
        assert.ok(kept && !JSON.stringify(kept).includes(secret), model);
      }
      assert.equal((await adapter('RefreshToken').find(secret))?.jti, secret);
    });

    it('what has expired is not there', async () => {
      await adapter('AuthorizationCode').upsert('old', { grantId: 'g2' }, -1);
      assert.equal(await adapter('AuthorizationCode').find('old'), undefined);
      await assert.rejects(async () => adapter('AuthorizationCode').consume('old'));
    });
  });
});
