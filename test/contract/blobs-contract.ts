/** The contract of the blobs port (src/store/port.ts), run by every adapter. */
import assert from 'node:assert/strict';
import type { Blobs, Storage } from '../../src/store/port.js';
import { isFault } from './faults.js';
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
    deletionContract(blobs, newId);
    unfinishedContract(blobs, newId);
    readersContract(blobs, newId);
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
    await blobs().put(id, stream(sample(3)), NOW);
    assert.equal((await bytesOf(blobs(), id))?.length, 3);
  });
}

function deletionContract(blobs: () => Blobs, newId: () => string): void {
  it('deletes; deleting what is not there is no error', async () => {
    const id = newId();
    await blobs().put(id, stream(sample(300_000)), NOW);
    await blobs().delete(id);
    assert.equal(await blobs().open(id), undefined);
    await blobs().delete(id);
  });

  it('never passes off a part for the whole: a reader gets all of it, or a fault, when it is deleted meanwhile', async () => {
    const [id, bytes] = [newId(), sample(2_200_001)];
    await blobs().put(id, stream(bytes), NOW);
    const opened = await blobs().open(id);
    const source = opened!.bytes[Symbol.asyncIterator]();
    const parts = [(await source.next()).value as Uint8Array];
    await blobs().delete(id);
    const rest = async (): Promise<Buffer> => {
      for (let next = await source.next(); !next.done; next = await source.next()) parts.push(next.value);
      return Buffer.concat(parts);
    };
    await rest().then(whole => assert.ok(whole.equals(bytes)), isFault('unavailable'));
  });
}

/** A writer that stops on its way, as that of a process does which is killed. */
function unfinishedContract(blobs: () => Blobs, newId: () => string): void {
  const begin = async (id: string): Promise<void> => {
    const size = 1_500_000;
    await new Promise<void>((resolve, reject) => {
      const halting = async function* () {
        yield sample(size);
        yield sample(size);
        resolve();
        await new Promise(() => undefined);
      };
      blobs().put(id, halting(), NOW).catch(reject);
    });
  };

  it('gives nothing of a blob that is still being written', async () => {
    const id = newId();
    await begin(id);
    assert.equal(await blobs().open(id), undefined);
    assert.equal(await blobs().open(id, 0, 10), undefined);
  });

  it('takes away what a writer has left that never came to its end', async () => {
    const id = newId();
    await begin(id);
    await blobs().delete(id);
    assert.equal(await blobs().open(id), undefined);
    await blobs().put(id, stream(sample(100)), NOW);
    assert.ok((await bytesOf(blobs(), id))?.equals(sample(100)));
  });
}

function readersContract(blobs: () => Blobs, newId: () => string): void {
  it('gives each of many readers the whole, while others are written', async () => {
    const [id, bytes] = [newId(), sample(700_001)];
    await blobs().put(id, stream(bytes), NOW);
    const others = Array.from({ length: 4 }, newId);
    const written = others.map(other => blobs().put(other, stream(sample(400_000)), NOW));
    const read = Array.from({ length: 10 }, (_, at) => bytesOf(blobs(), id, at * 1000));
    for (const [at, got] of (await Promise.all(read)).entries()) assert.ok(got?.equals(bytes.subarray(at * 1000)));
    await Promise.all(written);
    for (const other of others) assert.ok((await bytesOf(blobs(), other))?.equals(sample(400_000)));
  });

  it('costs nothing to open and not to read', async () => {
    const id = newId();
    await blobs().put(id, stream(sample(300_000)), NOW);
    for (let i = 0; i < 50; i++) await blobs().open(id);
    const source = (await blobs().open(id))!.bytes[Symbol.asyncIterator]();
    await source.next();
    await source.return?.();
    assert.ok((await bytesOf(blobs(), id))?.equals(sample(300_000)));
  });
}
