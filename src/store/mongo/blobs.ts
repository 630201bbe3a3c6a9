/** The blobs port over GridFS (https://www.mongodb.com/docs/manual/core/gridfs/); a file's own id is the blob's. */
import {
  GridFSBucket,
  MongoError,
  type Db,
  type GridFSBucketWriteStream,
  type GridFSFile,
  type ObjectId,
} from 'mongodb';
import type { BlobInfo, Blobs } from '../port.js';
import { BLOBS } from './collections.js';
import { faulting, faultOf } from './mongo-fault.js';

/** The driver types ids as ObjectId; the server takes any value. */
const fileId = (id: string): ObjectId => id as unknown as ObjectId;

const infoOf = ({ _id, length, metadata }: GridFSFile): BlobInfo => ({
  id: String(_id),
  size: length,
  at: Number(metadata?.at),
});

export class MongoBlobs implements Blobs {
  private readonly bucket: GridFSBucket;

  constructor(db: Db) {
    this.bucket = new GridFSBucket(db, { bucketName: BLOBS });
  }

  async put(id: string, bytes: AsyncIterable<Uint8Array>, at: number): Promise<BlobInfo> {
    const upload = this.bucket.openUploadStreamWithId(fileId(id), id, { metadata: { at } });
    try {
      await sendInTurn(bytes, upload);
    } catch (error) {
      await upload.abort().catch(() => undefined);
      // What the sender did wrong is the caller's to judge.
      throw error instanceof MongoError ? faultOf(error) : error;
    }
    return { id, size: upload.length, at };
  }

  async open(id: string, start = 0, end = Infinity) {
    const [file] = await faulting(() => this.bucket.find({ _id: fileId(id) }).toArray());
    if (!file) return undefined;
    const range = { start, end: Math.min(end, file.length) };
    return { info: infoOf(file), bytes: range.start < range.end ? this.stream(id, range) : empty() };
  }

  async olderThan(at: number, limit: number): Promise<BlobInfo[]> {
    const older = this.bucket.find({ 'metadata.at': { $lt: at } }, { sort: { 'metadata.at': 1 }, limit });
    return (await faulting(() => older.toArray())).map(infoOf);
  }

  async delete(id: string): Promise<void> {
    const [file] = await faulting(() => this.bucket.find({ _id: fileId(id) }).toArray());
    if (file) await faulting(() => this.bucket.delete(fileId(id)));
  }

  private stream(id: string, range: { start: number; end: number }): AsyncIterable<Uint8Array> {
    return this.bucket.openDownloadStream(fileId(id), range);
  }
}

/**
 * Each piece is stored before the next is asked for: when the sender breaks off nothing is on its way to the server
 * that could arrive after the abort has deleted what was there (`pipeline` would not wait for it).
 */
async function sendInTurn(bytes: AsyncIterable<Uint8Array>, upload: GridFSBucketWriteStream): Promise<void> {
  // The callbacks below are told of errors; without a listener the event would end the process.
  upload.on('error', () => undefined);
  const settled = (start: (done: (error?: Error | null) => void) => unknown) =>
    new Promise<void>((resolve, reject) => start(error => (error ? reject(error) : resolve())));
  for await (const piece of bytes) await settled(done => upload.write(piece, done));
  await settled(done => upload.end(done));
}

async function* empty(): AsyncGenerator<Uint8Array> {}
