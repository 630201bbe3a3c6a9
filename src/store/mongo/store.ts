/** The store port over MongoDB: layout.ts says what lies where, compile.ts and keyset.ts how it is asked for. */
import type { MongoClient } from 'mongodb';
import type { Clock } from '../../fhir/clock.js';
import { Fault } from '../../fhir/fault.js';
import type { Filter, Position, Search } from '../../search/query.js';
import type { ChangeSet, HistoryQuery, Key, Page, Past, Store, Tally, Version } from '../port.js';
import { commitChanges } from './commit.js';
import { countVersions, historyPage, orPast } from './history.js';
import { versionFields, versionOf, type Collections } from './collections.js';
import { faulting } from './mongo-fault.js';
import {
  countMatches,
  pathOf,
  readCurrent,
  readUntil,
  scanPage,
  searchPage,
  type ReadLimits,
  type BoundedRead,
} from './reader.js';
import { tallied } from './tally.js';
import { Turns } from './turns.js';

/** The longest a read without a deadline may take, in milliseconds. */
const READING = 30_000;

export class MongoStore implements Store {
  private readonly client: MongoClient;
  private readonly collections: Collections;
  private readonly clock: Clock;
  private readonly limits: ReadLimits;
  private readonly turns = new Turns();
  private readonly running = new Set<Promise<unknown>>();
  private closed = false;

  constructor(client: MongoClient, collections: Collections, clock: Clock, limits: ReadLimits) {
    this.limits = limits;
    this.client = client;
    this.collections = collections;
    this.clock = clock;
  }

  async read(keys: readonly Key[], where?: (type: string) => Filter): Promise<(Version | undefined)[]> {
    const found = await this.reading(reader => readCurrent(reader, keys, where));
    return keys.map(key => found.get(pathOf(key)));
  }

  async version({ partition, type, id }: Key, version: number, past?: Past): Promise<Version | undefined> {
    const filter = { partition, type, id, version, ...(past && orPast(past)) };
    const row = await this.reading(({ versions, options }) =>
      versions.findOne(filter, { ...options(), projection: versionFields }),
    );
    return row ? versionOf(row) : undefined;
  }

  search(search: Search): Promise<Page> {
    return this.reading(reader => searchPage(reader, search), search.deadline);
  }

  count(search: Pick<Search, 'partition' | 'of' | 'deadline'>, limit: number): Promise<number> {
    return this.reading(reader => countMatches(reader, search, limit), search.deadline);
  }

  tally(query: Tally): Promise<ReadonlyMap<string, number>> {
    return this.reading(reader => tallied(reader, query), query.deadline);
  }

  history(query: HistoryQuery): Promise<Page> {
    return this.reading(reader => historyPage(reader, query), query.deadline);
  }

  countHistory(query: Omit<HistoryQuery, 'limit' | 'after'>, limit: number): Promise<number> {
    return this.reading(reader => countVersions(reader, query, limit), query.deadline);
  }

  scan(partition: string, type: string, limit: number, after?: Position): Promise<Page> {
    return this.reading(reader => scanPage(reader, { partition, type, limit, after }));
  }

  commit(changes: ChangeSet): Promise<void> {
    const { client, collections, clock, limits, turns } = this;
    return this.open(() => commitChanges({ client, collections, clock, limits, turns }, changes));
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.allSettled(this.running);
    await faulting(() => this.client.close());
  }

  private reading<T>(work: (reader: BoundedRead) => Promise<T>, deadline?: number): Promise<T> {
    const { collections, limits, clock } = this;
    const from = { versions: collections.versions, limits };
    return this.open(() => work(readUntil(from, deadline ?? clock.now() + READING, clock)));
  }

  /** Runs the work unless the store is closed (the driver would connect anew). */
  private open<T>(work: () => Promise<T>): Promise<T> {
    const running = faulting(async () => {
      if (this.closed) throw new Fault('unavailable', 'The storage is closed.');
      return work();
    });
    this.running.add(running);
    const ended = () => this.running.delete(running);
    running.then(ended, ended);
    return running;
  }
}
