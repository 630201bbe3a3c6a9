import assert from 'node:assert/strict';
import { createMemoryBudget } from '../../src/runtime/memory-budget.js';

describe('runtime/memory-budget', () => {
  it('[E07] admits what fits, in the order of arrival', async () => {
    const budget = createMemoryBudget(10, 10, 1000);
    const order: string[] = [];
    const enter = async (name: string, bytes: number) => {
      const leave = await budget.take(bytes, name);
      order.push(name);
      return leave;
    };
    const first = enter('first', 6);
    const large = enter('large', 8);
    const small = enter('small', 1);
    await new Promise(resolve => setImmediate(resolve));
    assert.deepEqual(order, ['first']);
    (await first)?.();
    await Promise.all([large, small]);
    assert.deepEqual(order, ['first', 'large', 'small']);
  });

  it('[E07] gives up on a request that waits too long, and admits those after it', async () => {
    const budget = createMemoryBudget(10, 10, 50);
    await budget.take(6, 'a');
    const large = budget.take(8, 'b');
    const behind = budget.take(4, 'c');
    assert.equal(await large, undefined);
    await behind;
  });

  it('[E07] keeps a caller to its share, and lets others pass it', async () => {
    const budget = createMemoryBudget(10, 5, 1000);
    const order: string[] = [];
    const enter = async (caller: string, bytes: number) => {
      const leave = await budget.take(bytes, caller);
      order.push(`${caller} ${bytes}`);
      return leave;
    };
    const first = enter('greedy', 4);
    const second = enter('greedy', 2);
    const other = enter('other', 5);
    await Promise.all([first, other]);
    assert.deepEqual(order, ['greedy 4', 'other 5']);
    (await first)?.();
    await second;
    assert.deepEqual(order, ['greedy 4', 'other 5', 'greedy 2']);
  });
});
