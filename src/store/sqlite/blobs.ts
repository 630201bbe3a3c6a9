/** The blobs port on SQLite: rows of 64 KB. A blob without a size is still being written, and unknown to all others. */
import type { BlobInfo, Blobs } from '../port.js';
import type { Connection, Row } from './connection.js';
import { sql } from './sql.js';
import { orFault, unavailable } from './storage-fault.js';
import type { Writer } from './writer.js';

/** A row's share. */
export const CHUNK_BYTES = 64 * 1024;
/** What one commit takes: each is a wait for the disk and for the commits before it. */
const PIECE_BYTES = 16 * CHUNK_BYTES;

const infoOf = ([id, size, at]: Row): BlobInfo => ({ id: id as string, size: size as number, at: at as number });

/** The same bytes in pieces of PIECE_BYTES; the last may be shorter. */
async function* evenly(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (let part of bytes) {
    while (size + part.length >= PIECE_BYTES) {
      const taken = PIECE_BYTES - size;
      yield Buffer.concat([...held, part.subarray(0, taken)]);
      [held, size, part] = [[], 0, part.subarray(taken)];
    }
    held.push(Buffer.from(part));
    size += part.length;
  }
  if (size > 0) yield Buffer.concat(held);
}

export class SqliteBlobs implements Blobs {
  private readonly connection: Connection;
  private readonly writer: Writer;

  constructor({ connection, writer }: { connection: Connection; writer: Writer }) {
    this.connection = connection;
    this.writer = writer;
  }

  async put(id: string, bytes: AsyncIterable<Uint8Array>, at: number): Promise<BlobInfo> {
    await this.writer.perform({ op: 'blob-begin', id, at });
    try {
      let size = 0;
      for await (const piece of evenly(bytes)) {
        await this.writer.perform({ op: 'blob-piece', id, start: size, bytes: piece });
        size += piece.length;
      }
      await this.writer.perform({ op: 'blob-end', id, size, at });
      return { id, size, at };
    } catch (error) {
      await this.writer.perform({ op: 'blob-delete', id }).catch(() => undefined);
      throw error;
    }
  }

  async open(
    id: string,
    start = 0,
    end = Infinity,
  ): Promise<{ info: BlobInfo; bytes: AsyncIterable<Uint8Array> } | undefined> {
    const row = orFault(() =>
      this.connection.get(sql`SELECT id, size, at FROM blob WHERE id = ${id} AND size IS NOT NULL`),
    );
    if (!row) return undefined;
    const info = infoOf(row);
    return { info, bytes: this.read(id, start, Math.min(end, info.size)) };
  }

  async delete(id: string): Promise<void> {
    await this.writer.perform({ op: 'blob-delete', id });
  }

  private async *read(id: string, start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let from = start; from < end;) {
      const first = from - (from % CHUNK_BYTES);
      const row = orFault(() =>
        this.connection.get(sql`SELECT bytes FROM chunk WHERE blob = ${id} AND start = ${first}`),
      );
      if (!row) throw unavailable(new Error('A blob was deleted while it was read.'));
      yield (row[0] as Uint8Array).subarray(from - first, end - first);
      from = first + CHUNK_BYTES;
    }
  }
}
