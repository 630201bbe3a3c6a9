/** The contract of the blobs port (src/store/port.ts), run by every adapter. */
import assert from 'node:assert/strict';
import type { Blobs, Storage } from '../../src/store/port.js';
import { fixedClock, NOW, type Open } from '../fixtures/storage-samples.js';

/** Bytes that differ from place to place, in uneven pieces. */
async function* stream(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0, size = 1; start < bytes.length; start += size, size = size * 3 + 1) {
    yield bytes.subarray(start, start + size);
  }
}

const sample = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 0xff);

async function bytesOf(blobs: Blobs, id: string, start?: number, end?: number): Promise<Buffer | undefined> {
  const opened = await blobs.open(id, start, end);
  return opened && Buffer.concat(await Array.fromAsync(opened.bytes));
}

/** @param open opens a fresh, empty storage that measures time by the clock it is given. */
export function blobsContract(name: string, open: Open): void {
  describe(`${name}: blobs`, () => {
    let storage: Storage;
    let count = 0;
    before(async () => {
      storage = await open(fixedClock);
    });
    after(() => storage.store.close());

    const blobs = () => storage.blobs;
    const newId = () => `blob-${++count}`;
    bytesContract(blobs, newId);
    sweepContract(blobs, newId);
  });
}

function bytesContract(blobs: () => Blobs, newId: () => string): void {
  it('gives the bytes back, of any size', async () => {
    for (const size of [0, 1, 1000, 700_001, 2_200_001]) {
      const [id, bytes] = [newId(), sample(size)];
      const info = { id, size, at: NOW };
      assert.deepEqual(await blobs().put(id, stream(bytes), NOW), info);
      const opened = await blobs().open(id);
      assert.deepEqual(opened?.info, info);
      assert.ok(Buffer.concat(await Array.fromAsync(opened.bytes)).equals(bytes), `${size} bytes`);
    }
  });

  it('gives a range: from start to before end, no further than there is', async () => {
    const [id, bytes] = [newId(), sample(600_000)];
    await blobs().put(id, stream(bytes), NOW);
    const ranges: [number, number?][] = [
      [0, 1],
      [5, 10],
      [262_000, 262_300],
      [599_999],
      [100, 600_000],
      [599_990, 700_000],
      [7, 7],
      [600_000],
      [700_000, 800_000],
    ];
    for (const [start, end] of ranges) {
      const got = await bytesOf(blobs(), id, start, end);
      assert.ok(got?.equals(bytes.subarray(start, end)), `${start} to ${end}`);
    }
    assert.equal((await blobs().open(id, 5, 10))?.info.size, 600_000);
  });

  it('knows nothing of an unknown id', async () => {
    assert.equal(await blobs().open(newId()), undefined);
  });

  it('keeps nothing of a stream that broke, however often it breaks', async () => {
    const id = newId();
    const broken = async function* () {
      yield sample(400_000);
      throw new Error('the sender hung up');
    };
    for (let i = 0; i < 20; i++) await assert.rejects(blobs().put(id, broken(), NOW), /hung up/);
    assert.equal(await blobs().open(id), undefined);
    assert.ok(!(await blobs().olderThan(NOW + 1, 100)).some(info => info.id === id));
    await blobs().put(id, stream(sample(3)), NOW);
    assert.equal((await bytesOf(blobs(), id))?.length, 3);
  });
}

function sweepContract(blobs: () => Blobs, newId: () => string): void {
  it('lists those older than an instant, oldest first, up to the limit', async () => {
    const ids = [newId(), newId(), newId()] as const;
    for (const [i, at] of [2000, 1000, 3000].entries()) await blobs().put(ids[i]!, stream(sample(i)), at);
    const older = async (at: number, limit = 10) => (await blobs().olderThan(at, limit)).map(info => info.id);
    assert.deepEqual(await older(3000), [ids[1], ids[0]]);
    assert.deepEqual(await older(3001), [ids[1], ids[0], ids[2]]);
    assert.deepEqual(await older(3001, 1), [ids[1]]);
    assert.deepEqual(await blobs().olderThan(1001, 10), [{ id: ids[1], size: 1, at: 1000 }]);
  });

  it('deletes; deleting what is not there is no error', async () => {
    const id = newId();
    await blobs().put(id, stream(sample(300_000)), NOW);
    await blobs().delete(id);
    assert.equal(await blobs().open(id), undefined);
    await blobs().delete(id);
  });
}
