/** A Binary belongs to the patients whose own its context is, whichever of them is written first, last, or at once. */
import assert from 'node:assert/strict';
import { MongoClient } from 'mongodb';
import { withBinaryOwners } from '../../src/access/binary-owners.js';
import { upgradePostings } from '../../src/access/posting-upgrade.js';
import { internalPostings } from '../fixtures/own.js';
import { guard } from '../../src/access/guarded-store.js';
import { createPolicy } from '../../src/access/policy.js';
import { isConflict } from '../../src/fhir/fault.js';
import type { Resource } from '../../src/fhir/resource.js';
import { ALL } from '../../src/search/filters.js';
import type { Put, Storage, Store } from '../../src/store/port.js';
import { storageOver } from '../../src/store/mongo/open.js';
import { delegating } from '../../src/store/views/delegating.js';
import { describeMongo, freshMongoUri } from '../fixtures/mongo-server.js';
import { eachStorage } from '../fixtures/storages.js';
import { deletion, found, index, keyOf, message, NOW, patientActor, put, reference, ROLE_SYSTEM } from './fixture.js';

const clock = { now: () => NOW };
const entries = async (resource: Resource, updated: number) => index(resource, updated);
const owning = (store: Store): Store =>
  withBinaryOwners(store, { clock, internal: resource => internalPostings(resource), index: entries });

const binary = (id: string, context: string, version = 1): Put =>
  put({ resourceType: 'Binary', id, securityContext: reference(context) }, version);
/** A message under an id of the client's choice. */
const chosen = (id: string, patient: string, version = 1): Put => ({
  ...put(message(id, patient), version),
  method: 'PUT',
});

const seenBy = (store: Store, patient: string): Store =>
  guard(
    store,
    createPolicy(patientActor(patient, 'patient/*.cruds'), {
      compile: () => ALL,
      holdsAudit: true,
      holdsDrafts: false,
      roleSystem: ROLE_SYSTEM,
      containers: [],
    }),
  );

eachStorage((_name, open) => {
  describe('owners of Binaries', () => {
    let storage: Storage;
    let store: Store;
    beforeEach(async () => {
      storage = await open(clock);
      store = owning(storage.store);
    });
    afterEach(() => storage.store.close());

    /** Names of the Binaries that each of two patients finds and reads. */
    async function seen(...ids: string[]): Promise<{ one: string; two: string }> {
      const of = async (patient: string) => {
        const view = seenBy(store, patient);
        const names = await found(view, 'Binary');
        const read = await view.read(ids.map(id => keyOf(`Binary/${id}`)));
        assert.deepEqual(
          read.flatMap(version => (version && !version.deleted ? [`Binary/${version.key.id}`] : [])).sort(),
          names,
          'what is found is what is read',
        );
        return names.map(name => name.slice('Binary/'.length)).join(' ');
      };
      return { one: await of('1'), two: await of('2') };
    }

    it('[B27] are those of the context that is there', async () => {
      await store.commit({ puts: [put(message('m1', '1')), put(message('m2', '2'))] });
      await store.commit({ puts: [binary('b1', 'Communication/m1'), binary('b2', 'Communication/m2')] });
      await store.commit({ puts: [binary('b3', 'Communication/none'), binary('b4', 'Observation/o')] });
      assert.deepEqual(await seen('b1', 'b2', 'b3', 'b4'), { one: 'b1', two: 'b2' });
    });

    it('[B27] come with the context that is written later, or with it', async () => {
      await store.commit({ puts: [binary('b1', 'Communication/m1')] });
      assert.deepEqual(await seen('b1', 'b2'), { one: '', two: '' });
      await store.commit({ puts: [chosen('m1', '1')] });
      assert.deepEqual(await seen('b1', 'b2'), { one: 'b1', two: '' });
      await store.commit({ puts: [binary('b2', 'Communication/m2'), put(message('m2', '2'))] });
      assert.deepEqual(await seen('b1', 'b2'), { one: 'b1', two: 'b2' });
    });

    it('[B27] follow a context that changes hands, is deleted, and comes back', async () => {
      await store.commit({ puts: [chosen('m', '1'), chosen('other', '2')] });
      await store.commit({ puts: [binary('b', 'Communication/m'), binary('o', 'Communication/other')] });
      await store.commit({ puts: [chosen('m', '2', 2)] });
      assert.deepEqual(await seen('b', 'o'), { one: '', two: 'b o' });
      await store.commit({ puts: [deletion({ ...message('m', '2') }, 3)] });
      assert.deepEqual(await seen('b', 'o'), { one: '', two: 'o' });
      await store.commit({ puts: [chosen('m', '1', 4)] });
      assert.deepEqual(await seen('b', 'o'), { one: 'b', two: 'o' });
    });

    it('[B27] follow in one commit that moves the context and writes the Binary too', async () => {
      await store.commit({ puts: [chosen('m', '1'), binary('b', 'Communication/m'), binary('c', 'Communication/m')] });
      await store.commit({ puts: [binary('b', 'Communication/m', 2), chosen('m', '2', 2)] });
      assert.deepEqual(await seen('b', 'c'), { one: '', two: 'b c' });
    });

    it('[B27] keep to the time of each version', async () => {
      await store.commit({ puts: [chosen('m1', '1'), chosen('m2', '2')] });
      const contexts = ['m2', 'm1', 'm1'];
      for (const [at, id] of contexts.entries()) {
        await store.commit({ puts: [binary('b', `Communication/${id}`, at + 1)] });
      }
      const versions = async (patient: string) => {
        const view = seenBy(store, patient);
        const all = await Promise.all([1, 2, 3].map(version => view.version(keyOf('Binary/b'), version)));
        return all.map(version => version?.version);
      };
      assert.deepEqual(await versions('1'), [undefined, 2, 3]);
      assert.deepEqual(await versions('2'), [undefined, undefined, undefined]);
    });

    it('[B27] stay with a deleted Binary: to its owner it is gone, to others it never was', async () => {
      const context = { resourceType: 'Binary', id: 'b', securityContext: reference('Communication/m') };
      await store.commit({ puts: [chosen('m', '1'), binary('b', 'Communication/m')] });
      await store.commit({ puts: [deletion(context, 2)] });
      const read = async (patient: string) => (await seenBy(store, patient).read([keyOf('Binary/b')]))[0]?.deleted;
      assert.deepEqual([await read('1'), await read('2')], [true, undefined]);
    });

    it('stay where the Binary is indexed anew', async () => {
      await store.commit({ puts: [chosen('m', '1'), binary('b', 'Communication/m')] });
      const key = keyOf('Binary/b');
      const resource = { resourceType: 'Binary', id: 'b', securityContext: reference('Communication/m') };
      await store.commit({ reindex: [{ key, version: 1, index: index(resource, NOW) }] });
      assert.deepEqual(await seen('b'), { one: 'b', two: '' });
    });

    it('come to what an earlier release wrote, once', async () => {
      await storage.store.commit({ puts: [chosen('m', '1'), binary('b', 'Communication/m')] });
      const upgrade = () => upgradePostings({ store, records: storage.records, clock, index: entries }, ['portal']);
      await upgrade();
      assert.deepEqual(await seen('b'), { one: 'b', two: '' });
      await storage.store.commit({ puts: [binary('c', 'Communication/m')] });
      await upgrade();
      assert.deepEqual(await seen('b', 'c'), { one: 'b', two: '' });
    });

    it('[D02] come to resources that their labels hide', async () => {
      const security = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }];
      const observation = { resourceType: 'Observation', id: 'o', meta: { security } };
      const key = keyOf('Observation/o');
      const written = { ...chosen('o', '1'), key, json: JSON.stringify(observation) };
      await storage.store.commit({ puts: [{ ...written, index: { ...written.index, postings: [] } }] });
      await upgradePostings({ store, records: storage.records, clock, index: entries }, ['portal']);
      const where = { kind: 'posting', key: 'Observation|~label|=R' } as const;
      const [found] = await storage.store.read([key], () => where);
      assert.equal(found?.key.id, 'o');
    });

    it('come to the others where one of them is written meanwhile', async () => {
      const puts = [chosen('m', '1'), chosen('n', '1'), binary('b', 'Communication/m'), binary('c', 'Communication/n')];
      await storage.store.commit({ puts });
      let commits = 0;
      const racing = owning({
        ...delegating(storage.store),
        async commit(changes) {
          const isOfBinaries = changes.reindex?.some(({ key }) => key.type === 'Binary') === true;
          if (isOfBinaries && commits++ === 0) await store.commit({ puts: [chosen('m', '2', 2)] });
          return storage.store.commit(changes);
        },
      });
      await upgradePostings({ store: racing, records: storage.records, clock, index: entries }, ['portal']);
      assert.equal(commits, 3);
      assert.deepEqual(await seen('b', 'c'), { one: 'c', two: 'b' });
    });

    const races: Record<string, { first: Put[]; meanwhile: Put[]; own: Put[] }> = {
      'a Binary whose context changes hands meanwhile': {
        first: [chosen('m', '1')],
        meanwhile: [chosen('m', '2', 2)],
        own: [binary('b', 'Communication/m')],
      },
      'a Binary whose context comes meanwhile': {
        first: [],
        meanwhile: [chosen('m', '2')],
        own: [binary('b', 'Communication/m')],
      },
      'a context that meanwhile gets a Binary': {
        first: [chosen('m', '1')],
        meanwhile: [binary('b', 'Communication/m')],
        own: [chosen('m', '2', 2)],
      },
      'a context whose Binary is meanwhile written anew': {
        first: [chosen('m', '1'), binary('b', 'Communication/m')],
        meanwhile: [binary('b', 'Communication/m', 2)],
        own: [chosen('m', '2', 2)],
      },
    };
    for (const [title, { first, meanwhile, own }] of Object.entries(races)) {
      it(`[B27] writes anew ${title}`, async () => {
        await store.commit({ puts: first });
        let others: Put[] | undefined = meanwhile;
        const racing = owning({
          ...delegating(storage.store),
          async commit(changes) {
            const before = others;
            others = undefined;
            if (before) await store.commit({ puts: before });
            return storage.store.commit(changes);
          },
        });
        await assert.rejects(racing.commit({ puts: own }), isConflict);
        assert.ok((await store.read([keyOf('Communication/m')]))[0]);
        await racing.commit({ puts: own });
        assert.deepEqual(await seen('b'), { one: '', two: 'b' });
      });
    }

    it('[B27] are right after any race of Binaries and their context', async () => {
      for (let round = 0; round < 5; round++) {
        const [context, patient] = [`m${round}`, String(1 + (round % 2))];
        await store.commit({ puts: [chosen(context, '1'), binary(`a${round}`, `Communication/${context}`)] });
        const again = async (changes: { puts: Put[] }): Promise<void> => {
          for (;;) {
            try {
              return await store.commit(changes);
            } catch (error) {
              if (!isConflict(error)) throw error;
            }
          }
        };
        await Promise.all([
          again({ puts: [chosen(context, '2', 2)] }).then(() => again({ puts: [chosen(context, patient, 3)] })),
          again({ puts: [binary(`a${round}`, `Communication/${context}`, 2)] }),
          ...['x', 'y', 'z'].map(name => again({ puts: [binary(`${name}${round}`, `Communication/${context}`)] })),
        ]);
        const names = ['a', 'x', 'y', 'z'].map(name => `${name}${round}`);
        const owner = seenBy(store, patient);
        const read = await owner.read(names.map(name => keyOf(`Binary/${name}`)));
        assert.deepEqual(
          read.map(version => version?.key.id),
          names,
        );
        const other = await seenBy(store, patient === '1' ? '2' : '1').read(names.map(name => keyOf(`Binary/${name}`)));
        assert.ok(other.every(version => version === undefined));
      }
    });

    it('[B27] a patient reads a Binary by one look-up', async () => {
      await store.commit({ puts: [put(message('m1', '1')), binary('b1', 'Communication/m1')] });
      let calls = 0;
      const counting = new Proxy(storage.store, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name);
          return typeof member === 'function'
            ? (...args: unknown[]): unknown => {
                calls++;
                return Reflect.apply(member, target, args);
              }
            : member;
        },
      });
      const [read] = await seenBy(counting, '1').read([keyOf('Binary/b1')]);
      assert.equal(read?.key.id, 'b1');
      assert.equal(calls, 1);
    });
  });
});

describeMongo('mongo: owners of Binaries', () => {
  it('[B27] a patient reads a Binary by one command', async () => {
    const client = new MongoClient(await freshMongoUri(), { monitorCommands: true });
    const commands: string[] = [];
    client.on('commandStarted', ({ commandName }) => commands.push(commandName));
    const storage = await storageOver(client, clock);
    const store = owning(storage.store);
    await store.commit({ puts: [put(message('m1', '1')), binary('b1', 'Communication/m1')] });
    commands.length = 0;
    const read = async (patient: string) => (await seenBy(store, patient).read([keyOf('Binary/b1')]))[0]?.key.id;
    assert.deepEqual([await read('1'), await read('2')], ['b1', undefined]);
    assert.deepEqual(commands, ['aggregate', 'aggregate']);
    await storage.store.close();
  });
});
