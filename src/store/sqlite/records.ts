/** The records port on SQLite: reads on the calling thread, changes through the writer. */
import type { Clock } from '../../fhir/clock.js';
import type { Document, DocumentChange, DocumentPage, Records } from '../port.js';
import type { Connection } from './connection.js';
import { dueDocuments, findDocuments, getDocument } from './documents.js';
import { commitJob } from './jobs.js';
import { orFault } from './storage-fault.js';
import type { Writer } from './writer.js';

export class SqliteRecords implements Records {
  private readonly clock: Clock;
  private readonly connection: Connection;
  private readonly writer: Writer;

  constructor({ clock, connection, writer }: { clock: Clock; connection: Connection; writer: Writer }) {
    this.clock = clock;
    this.connection = connection;
    this.writer = writer;
  }

  async get(kind: string, id: string, now: number): Promise<Document | undefined> {
    return orFault(() => getDocument(this.connection, kind, id, now));
  }

  async find(
    kind: string,
    name: string,
    value: string,
    now: number,
    limit: number,
    page?: DocumentPage,
  ): Promise<Document[]> {
    return orFault(() => findDocuments(this.connection, [kind, name, value], now, limit, page));
  }

  async due(kind: string, now: number, limit: number): Promise<Document[]> {
    return orFault(() => dueDocuments(this.connection, kind, now, limit));
  }

  async write(change: DocumentChange): Promise<number> {
    const [version] = await this.writer.perform(commitJob({ documents: [change] }, this.clock.now()));
    return version!;
  }

  async take(kind: string, id: string, now: number): Promise<Document | undefined> {
    return this.writer.perform({ op: 'take', kind, id, now });
  }

  async lease(kind: string, now: number, until: number, limit: number): Promise<Document[]> {
    return this.writer.perform({ op: 'lease', kind, now, until, limit });
  }

  async expire(now: number, limit: number): Promise<number> {
    return this.writer.perform({ op: 'expire', now, limit });
  }
}
