/**
 * The store port in memory: the reference that says what the others must do. Plain walks over all resources; nothing is
 * fast here but the reading of it.
 */
import type { Clock } from '../../fhir/clock.js';
import { defined } from '../../fhir/defined.js';
import { Fault } from '../../fhir/fault.js';
import { matches, type IndexedResource } from '../../search/match.js';
import { newestFirst, sortValue } from '../../search/order.js';
import type { Filter, Position, Search } from '../../search/query.js';
import type { ChangeSet, Criterion, HistoryQuery, Key, Page, Past, Put, Store, Version } from '../port.js';
import { pageOf, versionOf, type Order } from './page.js';
import type { MemoryRecords } from './records.js';
import { changedResources, conflict, slotOf, type Resources } from './resources.js';

const everything: Filter = { kind: 'all' };

const subjectOf = ({ key, at, index }: Put): IndexedResource => ({ type: key.type, id: key.id, updated: at, index });

const newestVersionsFirst: Order = {
  position: ({ at, version, key }) => [at, version, key.type, key.id],
  descending: [true, true, false, false],
};

function orderOf({ sort }: Search): Order {
  const keys = sort.length > 0 ? sort : newestFirst;
  return {
    position: put => [...keys.map(key => sortValue(put, key)), put.key.type, put.key.id],
    descending: [...keys.map(key => key.descending), false, false],
  };
}

export class MemoryStore implements Store {
  private readonly clock: Clock;
  private readonly records: MemoryRecords;
  private state: Resources | undefined = new Map();

  constructor(clock: Clock, records: MemoryRecords) {
    this.clock = clock;
    this.records = records;
  }

  async read(keys: readonly Key[], where: (type: string) => Filter = () => everything) {
    return keys.map(key => {
      const current = this.resources.get(slotOf(key))?.at(-1);
      return current && this.satisfies(current, where(key.type)) ? versionOf(current) : undefined;
    });
  }

  async version(key: Key, version: number, past: Past = everything): Promise<Version | undefined> {
    const versions = this.resources.get(slotOf(key)) ?? [];
    const put = versions[version - 1];
    return put && (put === versions.at(-1) || this.satisfies(put, past)) ? versionOf(put) : undefined;
  }

  async search(search: Search): Promise<Page> {
    this.heed(search.deadline);
    return pageOf(this.found(search), orderOf(search), search);
  }

  async count(search: Pick<Search, 'partition' | 'of' | 'deadline'>, limit: number): Promise<number> {
    this.heed(search.deadline);
    return Math.min(this.found(search).length, limit);
  }

  async history(query: HistoryQuery): Promise<Page> {
    this.heed(query.deadline);
    return pageOf(this.told(query), newestVersionsFirst, query);
  }

  async countHistory(query: Omit<HistoryQuery, 'limit' | 'after'>, limit: number): Promise<number> {
    this.heed(query.deadline);
    return Math.min(this.told(query).length, limit);
  }

  async scan(partition: string, type: string, limit: number, after?: Position): Promise<Page> {
    const byId: Order = { position: put => [put.key.id], descending: [false] };
    return pageOf(this.live(partition, [type]), byId, { limit, ...defined({ after }) });
  }

  async commit(changes: ChangeSet): Promise<void> {
    for (const criterion of changes.criteria ?? []) if (!this.holds(criterion)) throw conflict();
    for (const { key, version } of changes.unchanged ?? []) {
      if ((this.resources.get(slotOf(key))?.length ?? 0) !== version) throw conflict();
    }
    const resources = changedResources(this.resources, changes);
    this.records.apply(this.records.changed(changes.documents ?? []));
    this.state = resources;
  }

  async close(): Promise<void> {
    this.state = undefined;
  }

  private get resources(): Resources {
    if (this.state === undefined) throw new Fault('unavailable', 'The storage is closed.');
    return this.state;
  }

  private heed(deadline: number): void {
    if (this.clock.now() > deadline) throw new Fault('timeout', 'The search took too long.');
  }

  private holds({ partition, type, where, ids }: Criterion): boolean {
    const found = this.live(partition, [type]).filter(put => this.satisfies(put, where));
    return found.length === ids.length && found.every(put => ids.includes(put.key.id));
  }

  /** One look at each resource, however many types are asked for. */
  private live(partition: string, of: readonly string[]): Put[] {
    const types = new Set(of);
    const found: Put[] = [];
    for (const versions of this.resources.values()) {
      const put = versions.at(-1)!;
      if (put.key.partition === partition && types.has(put.key.type) && !put.deleted) found.push(put);
    }
    return found;
  }

  private satisfies(put: Put, where: Filter): boolean {
    const live = (type: string) => this.live(put.key.partition, [type]).map(subjectOf);
    return matches(where, subjectOf(put), { live });
  }

  private found({ partition, of }: Pick<Search, 'partition' | 'of'>): Put[] {
    const all = this.live(
      partition,
      of.map(({ type }) => type),
    );
    return all.filter(put => of.some(({ type, where }) => put.key.type === type && this.satisfies(put, where)));
  }

  /** The versions a history is made of. */
  private told({ partition, of, since = -Infinity, during, past = {} }: Omit<HistoryQuery, 'limit' | 'after'>): Put[] {
    const asked = (current: Put) =>
      of.some(
        ({ type, where, id = current.key.id }) =>
          type === current.key.type && id === current.key.id && this.satisfies(current, where),
      );
    const shown = (put: Put, next: Put | undefined) =>
      put.at >= since &&
      wasCurrent(put, next, during) &&
      (next === undefined || this.satisfies(put, past[put.key.type] ?? everything));
    return [...this.resources.values()]
      .filter(versions => versions[0]!.key.partition === partition && asked(versions.at(-1)!))
      .flatMap(versions => versions.filter((put, i) => shown(put, versions[i + 1])));
  }
}

/** Whether the version was current at some time within the interval. */
function wasCurrent(put: Put, next: Put | undefined, during: HistoryQuery['during']): boolean {
  return during === undefined || (put.at <= during.to && (next === undefined || next.at > during.from));
}
