/** The secret of all processes on one storage: page links and log hashes of one are good for the other. */
import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { sharedSecret } from '../../src/access/shared-secret.js';
import { machine } from '../../src/compose/machine.js';
import { eachStorage } from '../fixtures/storages.js';

const text = (key: KeyObject): string => key.export().toString('base64');

describe('the shared secret', () => {
  eachStorage((_name, open) => {
    it('is one for all processes that start at once, and for those that start later', async () => {
      const { records, store } = await open();
      const found = await Promise.all(Array.from({ length: 4 }, () => sharedSecret(records, machine)));
      const secrets = [...found, await sharedSecret(records, machine)].map(text);
      assert.equal(new Set(secrets).size, 1);
      assert.equal(found[0]?.symmetricKeySize, 32);
      await store.close();
    });

    it('is the one of the process that was faster', async () => {
      const { records, store } = await open();
      const first = await sharedSecret(records, machine);
      let late = true;
      const slow = {
        ...records,
        write: records.write.bind(records),
        get: async (...key: Parameters<typeof records.get>) => {
          const found = await records.get(...key);
          if (!late) return found;
          late = false;
          return undefined;
        },
      };
      assert.equal(text(await sharedSecret(slow, machine)), text(first));
      await store.close();
    });

    it('is of each storage alone', async () => {
      const [one, other] = [await open(), await open()];
      assert.notEqual(text(await sharedSecret(one.records, machine)), text(await sharedSecret(other.records, machine)));
      await one.store.close();
      await other.store.close();
    });
  });
});
