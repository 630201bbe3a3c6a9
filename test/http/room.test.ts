import assert from 'node:assert/strict';
import { createRoom } from '../../src/http/room.js';

describe('http/room', () => {
  it('[E07] lets in what there is room for, in the order of coming', async () => {
    const room = createRoom(10, 1000);
    const order: string[] = [];
    const enter = async (name: string, bytes: number) => {
      const leave = await room.take(bytes);
      order.push(name);
      return leave;
    };
    const first = enter('first', 6);
    const large = enter('large', 8);
    const small = enter('small', 1);
    await new Promise(resolve => setImmediate(resolve));
    assert.deepEqual(order, ['first']);
    (await first)();
    await Promise.all([large, small]);
    assert.deepEqual(order, ['first', 'large', 'small']);
  });

  it('[E07] sends away who waits too long, and lets those behind in', async () => {
    const room = createRoom(10, 50);
    await room.take(6);
    const large = room.take(8);
    const behind = room.take(4);
    await assert.rejects(large, { kind: 'unavailable', detail: { headers: { 'retry-after': '5' } } });
    await behind;
  });
});
