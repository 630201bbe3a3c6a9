/** The blobs port in memory. */
import type { BlobInfo, Blobs } from '../port.js';

export class MemoryBlobs implements Blobs {
  private readonly blobs = new Map<string, { info: BlobInfo; bytes: Uint8Array }>();

  async put(id: string, bytes: AsyncIterable<Uint8Array>, at: number): Promise<BlobInfo> {
    const whole = Buffer.concat(await Array.fromAsync(bytes));
    const info = { id, size: whole.length, at };
    this.blobs.set(id, { info, bytes: whole });
    return info;
  }

  async open(
    id: string,
    start?: number,
    end?: number,
  ): Promise<{ info: BlobInfo; bytes: AsyncIterable<Uint8Array> } | undefined> {
    const blob = this.blobs.get(id);
    if (!blob) return undefined;
    const part = blob.bytes.subarray(start, end);
    return { info: blob.info, bytes: once(part) };
  }

  async delete(id: string): Promise<void> {
    this.blobs.delete(id);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}
