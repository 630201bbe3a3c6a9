import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { createMemoryBudget, type MemoryBudget, type Reservation } from '../../src/runtime/memory-budget.js';

/** Reservations by name, and the names of those that got in, in order. */
function desk(budget: MemoryBudget) {
  const entered: string[] = [];
  const open = new Map<string, Reservation>();
  return {
    entered,
    /** Asks for more; the caller is the first letter of the name. */
    async ask(name: string, bytes: number): Promise<boolean> {
      const one = open.get(name) ?? budget.reserve(name[0]!);
      open.set(name, one);
      const granted = await one.grow(bytes);
      if (granted) entered.push(`${name} ${bytes}`);
      return granted;
    },
    release: (name: string) => open.get(name)!.release(),
  };
}

describe('runtime/memory-budget', () => {
  it('[E07] admits what fits, in the order of arrival', async () => {
    const { ask, release, entered } = desk(createMemoryBudget(10, 10, 1000));
    const asked = [ask('first', 6), ask('large', 8), ask('small', 1)];
    await setImmediate();
    assert.deepEqual(entered, ['first 6']);
    release('first');
    await Promise.all(asked);
    assert.deepEqual(entered, ['first 6', 'large 8', 'small 1']);
  });

  it('[E07] gives up on a request that waits too long, and admits those after it', async () => {
    const { ask } = desk(createMemoryBudget(10, 10, 50));
    await ask('a', 6);
    const [large, behind] = [ask('b', 8), ask('c', 4)];
    assert.equal(await large, false);
    assert.equal(await behind, true);
  });

  it('[E07] keeps a caller to its share, and lets others pass it', async () => {
    const { ask, release, entered } = desk(createMemoryBudget(10, 5, 1000));
    const second = [ask('g1', 4), ask('g2', 2), ask('other', 5)][1];
    await setImmediate();
    assert.deepEqual(entered, ['g1 4', 'other 5']);
    release('g1');
    await second;
    assert.deepEqual(entered, ['g1 4', 'other 5', 'g2 2']);
  });

  it('[E07] counts what each holds by now, and takes all of it back', async () => {
    const { ask, release, entered } = desk(createMemoryBudget(10, 10, 1000));
    assert.ok((await ask('a', 4)) && (await ask('b', 4)) && (await ask('a', 2)));
    const late = ask('c', 6);
    await setImmediate();
    assert.equal(entered.length, 3);
    release('a');
    assert.equal(await late, true);
  });

  it('[E07] lets one go on where all that hold bytes wait for more: of all callers, and of one', async () => {
    for (const [capacity, share] of [
      [10, 10],
      [100, 10],
    ] as const) {
      const { ask, release, entered } = desk(createMemoryBudget(capacity, share, 1000));
      const names = capacity === 10 ? ['a', 'b'] : ['a1', 'a2'];
      for (const name of names) await ask(name, 5);
      const more = names.map(name => ask(name, 3));
      await setImmediate();
      assert.deepEqual(entered.slice(2), [`${names[0]} 3`]);
      release(names[0]!);
      assert.deepEqual(await Promise.all(more), [true, true]);
    }
  });

  it('[E07] ends the waiting of one that is given up', async () => {
    const { ask, release } = desk(createMemoryBudget(10, 10, 1000));
    await ask('a', 8);
    const waiting = ask('b', 8);
    release('b');
    assert.equal(await waiting, false);
    release('a');
    assert.equal(await ask('c', 10), true);
  });
});
