/** The records port over MongoDB. */
import type { Collection, Filter } from 'mongodb';
import type { Clock } from '../../fhir/clock.js';
import type { Document, DocumentChange, DocumentPage, Records } from '../port.js';
import { applyChange, documentOf, isAlive, secondaryKey, unexpired } from './documents.js';
import { recordId, type RecordRow } from './collections.js';
import { faulting } from './mongo-fault.js';
import { retrying } from './transaction.js';

const dueOrder = { due: 1, id: 1 } as const;

export class MongoRecords implements Records {
  private readonly records: Collection<RecordRow>;
  private readonly clock: Clock;

  constructor(records: Collection<RecordRow>, clock: Clock) {
    this.records = records;
    this.clock = clock;
  }

  async get(kind: string, id: string, now: number): Promise<Document | undefined> {
    const row = await faulting(() => this.records.findOne({ _id: recordId(kind, id) }));
    return row && isAlive(row, now) ? documentOf(row) : undefined;
  }

  async find(
    kind: string,
    name: string,
    value: string,
    now: number,
    limit: number,
    { after, descending = false }: DocumentPage = {},
  ): Promise<Document[]> {
    const beyond = after === undefined ? {} : { id: descending ? { $lt: after } : { $gt: after } };
    const lead = { kind, keys: secondaryKey(name, value), ...beyond };
    return this.list(lead, now, { id: descending ? -1 : 1 }, limit);
  }

  async due(kind: string, now: number, limit: number): Promise<Document[]> {
    return this.list({ kind, due: { $lte: now } }, now, dueOrder, limit);
  }

  async write(change: DocumentChange): Promise<number> {
    return faulting(() => retrying(() => applyChange(this.records, change, this.clock.now())));
  }

  async take(kind: string, id: string, now: number): Promise<Document | undefined> {
    const row = await faulting(() => this.records.findOneAndDelete({ _id: recordId(kind, id) }));
    return row && isAlive(row, now) ? documentOf(row) : undefined;
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

  async expire(now: number, limit: number): Promise<number> {
    const expired = { expires: { $lte: now } };
    const some = await faulting(() => this.records.find(expired, { projection: { _id: 1 }, limit }).toArray());
    const ids = some.map(({ _id }) => _id);
    // One that was written again meanwhile has not expired any more.
    return (await faulting(() => this.records.deleteMany({ _id: { $in: ids }, ...expired }))).deletedCount;
  }

  /** Choosing and moving are one step of the server's. */
  private leaseOne(kind: string, now: number, until: number): Promise<RecordRow | null> {
    const move = { $set: { due: until }, $inc: { version: 1 } };
    const dueNow = { kind, due: { $lte: now }, ...unexpired(now) };
    return this.records.findOneAndUpdate(dueNow, move, { sort: dueOrder, returnDocument: 'after' });
  }

  /** `lead`: what leads into an index. */
  private async list(
    lead: Filter<RecordRow>,
    now: number,
    sort: Record<string, 1 | -1>,
    limit: number,
  ): Promise<Document[]> {
    const stages = [{ $match: lead }, { $match: unexpired(now) }, { $sort: sort }, { $limit: limit }];
    return (await faulting(() => this.records.aggregate<RecordRow>(stages).toArray())).map(documentOf);
  }
}
