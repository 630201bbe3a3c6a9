/** The records port over MongoDB. */
import type { Collection, Filter } from 'mongodb';
import type { Clock } from '../../fhir/clock.js';
import type { Document, DocumentChange, Records } from '../port.js';
import { applyChange, documentOf, secondaryKey, unexpired } from './documents.js';
import type { RecordRow } from './layout.js';
import { faulting } from './mongo-fault.js';
import { retrying } from './transaction.js';

const dueOrder = { due: 1, '_id.id': 1 } as const;

export class MongoRecords implements Records {
  private readonly records: Collection<RecordRow>;
  private readonly clock: Clock;

  constructor(records: Collection<RecordRow>, clock: Clock) {
    this.records = records;
    this.clock = clock;
  }

  async get(kind: string, id: string, now: number): Promise<Document | undefined> {
    const row = await faulting(() => this.records.findOne({ _id: { kind, id }, ...unexpired(now) }));
    return row ? documentOf(row) : undefined;
  }

  async find(kind: string, name: string, value: string, now: number, limit: number): Promise<Document[]> {
    const carrying = { '_id.kind': kind, keys: secondaryKey(name, value), ...unexpired(now) };
    return this.list(carrying, { '_id.id': 1 }, limit);
  }

  async due(kind: string, now: number, limit: number): Promise<Document[]> {
    return this.list(this.dueNow(kind, now), dueOrder, limit);
  }

  async write(change: DocumentChange): Promise<number> {
    return faulting(() => retrying(() => applyChange(this.records, change, this.clock.now())));
  }

  async take(kind: string, id: string, now: number): Promise<Document | undefined> {
    const row = await faulting(() => this.records.findOneAndDelete({ _id: { kind, id }, ...unexpired(now) }));
    return row ? documentOf(row) : undefined;
  }

  async lease(kind: string, now: number, until: number, limit: number): Promise<Document[]> {
    const leased: Document[] = [];
    while (leased.length < limit) {
      const row = await faulting(() => this.leaseOne(kind, now, until));
      if (!row) break;
      leased.push(documentOf(row));
    }
    return leased;
  }

  async expire(now: number): Promise<number> {
    return (await faulting(() => this.records.deleteMany({ expires: { $lte: now } }))).deletedCount;
  }

  /** Choosing and moving are one step of the server's. */
  private leaseOne(kind: string, now: number, until: number): Promise<RecordRow | null> {
    const move = { $set: { due: until }, $inc: { version: 1 } };
    return this.records.findOneAndUpdate(this.dueNow(kind, now), move, { sort: dueOrder, returnDocument: 'after' });
  }

  private dueNow(kind: string, now: number): Filter<RecordRow> {
    return { '_id.kind': kind, due: { $lte: now }, ...unexpired(now) };
  }

  private async list(filter: Filter<RecordRow>, sort: Record<string, 1>, limit: number): Promise<Document[]> {
    return (await faulting(() => this.records.find(filter, { sort, limit }).toArray())).map(documentOf);
  }
}
