/**
 * The store port in memory: the reference that says what the others must do. Plain walks over all resources; nothing is
 * fast here but the reading of it.
 */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../fhir/clock.js';
import { defined } from '../../fhir/defined.js';
import { Fault } from '../../fhir/fault.js';
import { isContainedType } from '../../search/contained.js';
import { containedRows } from '../../search/contained-rows.js';
import { GENERATION, generationsOf } from '../../search/generation.js';
import { matches, type IndexedResource } from '../../search/match.js';
import { newestFirst, sortValue } from '../../search/order.js';
import type { Filter, Position, Search } from '../../search/query.js';
import type { ChangeSet, Criterion, HistoryQuery, Key, Page, Past, Put, Store, Tally, Version } from '../port.js';
import { pageOf, versionOf, type Order } from './page.js';
import type { MemoryRecords } from './records.js';
import { changedResources, conflict, slotOf, type Resources } from './resources.js';

/** Milliseconds that a walk may hold the event loop. */
const BREATH = 10;

/** The resources as a search finds them, and its deadline. */
interface Sight {
  resources: Resources;
  deadline: number;
}

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
    return pageOf(await this.found(search), orderOf(search), search);
  }

  async count(search: Pick<Search, 'partition' | 'of' | 'deadline'>, limit: number): Promise<number> {
    this.heed(search.deadline);
    return Math.min((await this.found(search)).length, limit);
  }

  async tally({ partition, type, prefix, since, until, deadline }: Tally): Promise<ReadonlyMap<string, number>> {
    this.heed(deadline);
    const tally = new Map<string, number>();
    for (const { index } of this.live(this.resources, partition, [type])) {
      if (index.main < since || index.main >= until) continue;
      const keys = new Set(index.postings.filter(posting => posting.startsWith(prefix)));
      for (const key of keys) tally.set(key, (tally.get(key) ?? 0) + 1);
    }
    return tally;
  }

  async history(query: HistoryQuery): Promise<Page> {
    this.heed(query.deadline);
    return pageOf(await this.told(query), newestVersionsFirst, query);
  }

  async countHistory(query: Omit<HistoryQuery, 'limit' | 'after'>, limit: number): Promise<number> {
    this.heed(query.deadline);
    return Math.min((await this.told(query)).length, limit);
  }

  async scan(partition: string, type: string, limit: number, after?: Position): Promise<Page> {
    const byId: Order = { position: put => [put.key.id], descending: [false] };
    return pageOf(this.live(this.resources, partition, [type]), byId, { limit, ...defined({ after }) });
  }

  async commit(changes: ChangeSet): Promise<void> {
    const { puts = [], reindex = [] } = changes;
    for (const [partition, generation] of generationsOf([...puts, ...reindex])) {
      if (this.records.version(GENERATION, partition) !== generation) throw conflict();
    }
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
    const found = this.live(this.resources, partition, [type]).filter(put => this.satisfies(put, where));
    return found.length === ids.length && found.every(put => ids.includes(put.key.id));
  }

  /** One look at each resource, however many types are asked for. */
  private live(resources: Resources, partition: string, of: readonly string[]): Put[] {
    const types = new Set(of);
    const inside = of.some(isContainedType);
    const found: Put[] = [];
    for (const versions of resources.values()) {
      const put = versions.at(-1)!;
      if (put.key.partition !== partition || put.deleted) continue;
      if (types.has(put.key.type)) found.push(put);
      if (inside) found.push(...containedPuts(put).filter(({ key }) => types.has(key.type)));
    }
    return found;
  }

  private satisfies(put: Put, where: Filter, { resources, deadline }: Sight = this.now()): boolean {
    const live = (type: string) => {
      this.heed(deadline);
      return this.live(resources, put.key.partition, [type]).map(subjectOf);
    };
    return matches(where, subjectOf(put), { live });
  }

  private now(): Sight {
    return { resources: this.resources, deadline: Infinity };
  }

  private found({ partition, of, deadline }: Pick<Search, 'partition' | 'of' | 'deadline'>): Promise<Put[]> {
    const sight = { resources: this.resources, deadline };
    const types = of.map(({ type }) => type);
    const all = this.live(sight.resources, partition, types);
    const isFound = (put: Put) =>
      of.some(({ type, where }) => put.key.type === type && this.satisfies(put, where, sight));
    return this.chosen(all, put => (isFound(put) ? [put] : []), deadline);
  }

  /** The versions a history is made of. */
  private told(query: Omit<HistoryQuery, 'limit' | 'after'>): Promise<Put[]> {
    const { partition, of, since = -Infinity, during, past = {}, deadline } = query;
    const sight = { resources: this.resources, deadline };
    const asked = (current: Put) =>
      of.some(
        ({ type, where, id = current.key.id }) =>
          type === current.key.type && id === current.key.id && this.satisfies(current, where, sight),
      );
    const shown = (put: Put, next: Put | undefined) =>
      put.at >= since &&
      wasCurrent(put, next, during) &&
      (next === undefined || this.satisfies(put, past[put.key.type] ?? everything, sight));
    const toldOf = (versions: readonly Put[]) =>
      versions[0]!.key.partition === partition && asked(versions.at(-1)!)
        ? versions.filter((put, i) => shown(put, versions[i + 1]))
        : [];
    return this.chosen(sight.resources.values(), toldOf, deadline);
  }

  /** A long walk lets others run, and ends by the deadline. */
  private async chosen<T>(all: Iterable<T>, choose: (one: T) => readonly Put[], deadline: number): Promise<Put[]> {
    const chosen: Put[] = [];
    let begun = performance.now();
    for (const one of all) {
      chosen.push(...choose(one));
      if (performance.now() - begun < BREATH) continue;
      this.heed(deadline);
      await setImmediate();
      begun = performance.now();
    }
    return chosen;
  }
}

/** What a resource contains, as resources written with it. */
const containedPuts = (put: Put): Put[] =>
  containedRows(put.key, put.index).map(({ key, json, index }) => ({ ...put, key, json, index }));

/** Whether the version was current at some time within the interval. */
function wasCurrent(put: Put, next: Put | undefined, during: HistoryQuery['during']): boolean {
  return during === undefined || (put.at <= during.to && (next === undefined || next.at > during.from));
}
