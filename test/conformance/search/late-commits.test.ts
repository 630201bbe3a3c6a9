/**
 * Writes that were indexed before a customer's search parameters changed, and come to be committed afterwards: in the middle of
 * the re-indexing, or behind it. On every store.
 */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import type { ChangeSet, Storage } from '../../../src/store/port.js';
import { delegating } from '../../../src/store/views/delegating.js';
import { startTestServer } from '../../fixtures/server.js';
import { eachStorage } from '../../fixtures/storages.js';
import { Customer, resource } from './customer.js';

const parameter = (code: string) =>
  resource('SearchParameter', code, {
    ...{ url: `http://example.org/SearchParameter/${code}`, name: code, status: 'active', description: 'Of our own' },
    ...{
      code,
      base: ['Basic'],
      type: 'token',
      expression: `Basic.extension.where(url = 'urn:${code}').value.as(code)`,
    },
  });

const basic = (id: string, code: string) =>
  resource('Basic', id, { code: { text: 'x' }, extension: [{ url: `urn:${code}`, valueCode: 'on' }] });

/** Lets commits wait at the door of a storage. */
class Door {
  #arrived = Promise.withResolvers<undefined>();
  #open: PromiseWithResolvers<undefined> | undefined;
  #held: (changes: ChangeSet) => boolean = () => false;

  /** The next commit of such a resource waits. */
  close(id: string): void {
    this.#arrived = Promise.withResolvers<undefined>();
    this.#open = Promise.withResolvers<undefined>();
    this.#held = ({ puts = [] }) => puts.some(({ key }) => key.id === id);
  }

  get arrived(): Promise<unknown> {
    return this.#arrived.promise;
  }

  open(): void {
    this.#open?.resolve(undefined);
  }

  async pass(changes: ChangeSet): Promise<void> {
    if (!this.#held(changes)) return;
    this.#held = () => false;
    this.#arrived.resolve(undefined);
    await this.#open?.promise;
  }
}

const behind = (door: Door, { store, ...others }: Storage): Storage => ({
  ...others,
  store: {
    ...delegating(store),
    async commit(changes) {
      await door.pass(changes);
      return store.commit(changes);
    },
  },
});

describe('re-indexing and writes that come late', () => {
  eachStorage((_name, open) => {
    const door = new Door();
    let customer: Customer;
    before(async () => {
      const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
      const world = { clock, ids: { next: randomUUID }, random: { bytes: (count: number) => randomBytes(count) } };
      const storage = behind(door, await open(clock));
      customer = new Customer(await startTestServer({ storage, world }), storage, clock);
      await customer.server.app.reindexer.stop();
      await customer.load(basic('early', 'one'));
    });
    after(async () => {
      await customer.server.close();
      await customer.storage.store.close();
    });

    const put = (id: string, code: string) => customer.call('PUT', `Basic/${id}`, basic(id, code));
    const post = (id: string) => customer.call('PUT', `SearchParameter/${id}`, parameter(id));

    it('[R93] a new resource that is committed behind its end is found by the new parameter', async () => {
      assert.equal((await post('one')).status, 201);
      door.close('late');
      const late = put('late', 'one');
      await door.arrived;
      assert.equal((await customer.reindex())['status'], 'completed');
      assert.deepEqual(await customer.ids('Basic?one=on'), ['early']);
      door.open();
      assert.equal((await late).status, 201);
      assert.deepEqual(await customer.ids('Basic?one=on'), ['early', 'late']);
    });

    it('[R93] a version that takes the place of an indexed one is found by the new parameter', async () => {
      await put('changed', 'none');
      await post('two');
      door.close('changed');
      const changed = put('changed', 'two');
      await door.arrived;
      await customer.reindex();
      assert.deepEqual(await customer.ids('Basic?two=on'), []);
      door.open();
      assert.equal((await changed).status, 200);
      assert.deepEqual(await customer.ids('Basic?two=on'), ['changed']);
    });

    it('[R93] a transaction and a conditional create are indexed anew too', async () => {
      await post('three');
      const entry = [{ resource: basic('bundled', 'three'), request: { method: 'PUT', url: 'Basic/bundled' } }];
      door.close('bundled');
      const bundled = customer.call('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
      await door.arrived;
      await customer.reindex();
      door.open();
      assert.equal((await bundled).status, 200);
      assert.deepEqual(await customer.ids('Basic?three=on'), ['bundled']);
    });

    it('[R93] while the re-indexing is under way, and where a parameter is taken away', async () => {
      await put('last', 'one');
      assert.equal((await customer.call('DELETE', 'SearchParameter/one')).status, 204);
      door.close('last');
      const last = put('last', 'two');
      await door.arrived;
      assert.equal((await customer.call('POST', '$reindex')).status, 202);
      door.open();
      assert.equal((await last).status, 200);
      await customer.settle();
      assert.deepEqual(await customer.ids('Basic?two=on'), ['changed', 'last']);
      await customer.refused('Basic?one=on', 400, 'not-supported');
    });
  });
});
