/** The blobs port over GridFS (https://www.mongodb.com/docs/manual/core/gridfs/); a file's own id is the blob's. */
import {
  GridFSBucket,
  MongoError,
  MongoGridFSChunkError,
  type Collection,
  type Db,
  type GridFSBucketWriteStream,
  type GridFSFile,
  type ObjectId,
} from 'mongodb';
import type { BlobInfo, Blobs } from '../port.js';
import { BLOBS } from './collections.js';
import { faulting, faultOf, unavailable } from './mongo-fault.js';

/** The driver types ids as ObjectId; the server takes any value. */
const fileId = (id: string): ObjectId => id as unknown as ObjectId;

const infoOf = ({ _id, length, metadata }: GridFSFile): BlobInfo => ({
  id: String(_id),
  size: length,
  at: Number(metadata?.at),
});

export class MongoBlobs implements Blobs {
  private readonly bucket: GridFSBucket;
  private readonly files: Collection;
  private readonly chunks: Collection;

  constructor(db: Db) {
    this.bucket = new GridFSBucket(db, { bucketName: BLOBS });
    this.files = db.collection(`${BLOBS}.files`);
    this.chunks = db.collection(`${BLOBS}.chunks`);
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
    const last = Math.min(end, file.length);
    return { info: infoOf(file), bytes: start < last ? this.read(id, start, last) : empty() };
  }

  /** The file first: without it the chunks are those of an unfinished blob, and nobody can open it. */
  async delete(id: string): Promise<void> {
    await faulting(() => this.files.deleteOne({ _id: fileId(id) }));
    await faulting(() => this.chunks.deleteMany({ files_id: id }));
  }

  /** The driver ends the stream early where later chunks are gone: that must not pass for the whole. */
  private async *read(id: string, start: number, end: number): AsyncGenerator<Uint8Array> {
    let left = end - start;
    try {
      for await (const bytes of this.bucket.openDownloadStream(fileId(id), { start, end })) {
        left -= (bytes as Uint8Array).length;
        yield bytes as Uint8Array;
      }
    } catch (error) {
      throw error instanceof MongoGridFSChunkError ? unavailable(error) : faultOf(error);
    }
    if (left > 0) throw unavailable(new Error('A blob was deleted while it was read.'));
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
