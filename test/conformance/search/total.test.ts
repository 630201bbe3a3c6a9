/** Totals: exact up to 1,000 matches, left out above unless asked for. https://hl7.org/fhir/R4/search.html#total */
import assert from 'node:assert/strict';
import { createBulk } from '../../../src/writing/bulk.js';
import { systemClock } from '../../../src/fhir/clock.js';
import { Fault } from '../../../src/fhir/fault.js';
import { openMemory } from '../../../src/store/memory/open.js';
import { startTestServer } from '../../fixtures/server.js';
import { Customer, eachCustomer, resource } from './customer.js';

const LIMIT = 1000;

async function fill({ server }: Customer, from: number, to: number): Promise<void> {
  const endpoint = server.app.endpoints.find(({ name }) => name === 'customer')!;
  const bulk = createBulk({ ...server.app.parts, store: server.app.store }, endpoint, 'test data');
  const many = Array.from({ length: to - from }, (_, i) => resource('Basic', `b${from + i}`, { code: { text: 'x' } }));
  await bulk.commit(await bulk.prepare(many), []);
}

describe('totals', () => {
  eachCustomer([], customer => {
    it('[R60] [R62] are exact up to 1,000, left out above, and counted then where asked for', async () => {
      await fill(customer(), 0, LIMIT);
      assert.equal((await customer().search('Basic?_count=1')).total, LIMIT);
      await fill(customer(), LIMIT, LIMIT + 1);
      const { total, next } = await customer().search('Basic?_count=1');
      assert.equal(total, undefined);
      assert.equal((await customer().search(next!)).total, undefined);
      assert.equal((await customer().search('Basic?_count=1&_total=accurate')).total, LIMIT + 1);
      assert.equal((await customer().search('Basic?_count=1&_total=estimate')).total, LIMIT + 1);
      assert.equal((await customer().search('Basic?_summary=count')).total, LIMIT + 1);
    });
  });

  it('[R62] that cannot be counted in time are refused as too costly', async () => {
    const storage = openMemory(systemClock);
    const late = (): Promise<never> => Promise.reject(new Fault('timeout', 'The search took too long.'));
    const store = new Proxy(storage.store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        return name === 'count' ? late : typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const server = await startTestServer({ storage: { ...storage, store } });
    try {
      const customer = new Customer(server, storage, { ahead: 0 });
      await customer.load(...['a', 'b'].map(id => resource('Basic', id, { code: { text: 'x' } })));
      await customer.refused('Basic?_count=1&_total=accurate', 400, 'too-costly');
      await customer.refused('Basic?_summary=count', 400, 'too-costly');
    } finally {
      await server.close();
    }
  });
});
