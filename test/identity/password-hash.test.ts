/** Hashing of passwords leaves the event loop to others. */
import assert from 'node:assert/strict';
import { Fault } from '../../src/fhir/fault.js';
import { createHashing } from '../../src/identity/accounts/password-hash.js';

const PASSWORD = 'four quiet herons at dusk';

describe('password hashing', () => {
  it('[C19] runs beside the event loop: others have their turn before a hash is there', async () => {
    const { hash, verify } = createHashing();
    const turned = async (work: Promise<unknown>): Promise<boolean> => {
      let hasTurned = false;
      setImmediate(() => (hasTurned = true));
      await work;
      return hasTurned;
    };
    assert.equal(await turned(hash(PASSWORD)), true);
    const known = await hash(PASSWORD);
    assert.equal(await turned(verify(known, PASSWORD)), true);
    assert.equal(await turned(verify(undefined, PASSWORD)), true);
  });

  it('[C19] [F15] two run and 64 wait; whoever comes then is asked to come back, and those who waited are served', async () => {
    const { hash } = createHashing();
    const [running, waiting] = [2, 64];
    const all = await Promise.allSettled(Array.from({ length: running + waiting + 3 }, () => hash(PASSWORD)));
    const refused = all.filter(one => one.status === 'rejected');
    assert.equal(refused.length, 3);
    for (const { reason } of refused)
      assert.ok(reason instanceof Fault && reason.kind === 'throttled' && reason.detail.headers?.['retry-after']);
    assert.deepEqual(
      all.slice(0, running + waiting).map(({ status }) => status),
      Array.from({ length: running + waiting }, () => 'fulfilled'),
    );
    assert.ok(await hash(PASSWORD));
  });
});
