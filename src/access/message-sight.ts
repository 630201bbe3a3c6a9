/**
 * Which staff see a message, beside its sender and recipients: the groups that have work items of its thread, the provider of a
 * facility that it is addressed to, and the patient's own general practitioners. This is worked out when any of them is written
 * and kept as postings of the message, so that a read is one look-up. Messages of a record that was merged away are those of its
 * survivor, too.
 */
import type { Clock } from '../fhir/clock.js';
import { parseStored } from '../fhir/json.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { Filter, IndexEntries, Position } from '../search/query.js';
import { mergeChangeSets } from '../store/change-set.js';
import type { ChangeSet, Criterion, Key, Put, Store, Version } from '../store/port.js';
import { delegating } from '../store/views/delegating.js';
import { anyPosting, references } from './compartment-paths.js';
import { draftPostings } from './drafts.js';
import { internalPosting } from './internal-posting.js';
import { isWorkItem } from './work-notes.js';

export interface MessageSightParts {
  readonly clock: Clock;
  readonly own: OwnCanonicals;
  /** Where messages have work items. */
  readonly partition: string;
  /** Base of this server's own references there, without trailing slash. */
  readonly base: string;
  /** All index entries of a resource of a partition; `updated`: when it was written. */
  readonly index: (resource: Resource, updated: number, partition: string) => Promise<IndexEntries>;
}

/** Entries of a message, and what must still be so when they are committed. */
export interface SightedEntries {
  readonly index: IndexEntries;
  readonly relies: ChangeSet;
}

/** Milliseconds to find what hangs together, and how much is read at once. */
const PATIENCE = 5000;
const PAGE = 1000;

/** By type, the elements on which the sight of messages depends. */
const ANCHORS: Readonly<Record<string, readonly string[]>> = {
  Patient: ['generalPractitioner', 'link.other'],
  HealthcareService: ['providedBy'],
};

/** The store with every commit keeping messages in step with what decides who sees them. All writes go through it. */
export function withMessageSight(store: Store, parts: MessageSightParts): Store {
  return {
    ...delegating(store),
    async commit(changes) {
      const here = (changes.puts ?? []).filter(({ key }) => key.partition === parts.partition);
      const concerned = here.some(({ key }) => Object.hasOwn(ANCHORS, key.type) || key.type === 'Task');
      const messages = [...here, ...(changes.reindex ?? [])].filter(one => isMessage(one.key, parts));
      if (!concerned && messages.length === 0) return store.commit(changes);
      const sight = new Sight(store, here, parts);
      return store.commit(await sight.applied(changes));
    },
  };
}

/** The entries of a stored message that is indexed anew. */
export async function sightedEntries(
  version: Version,
  store: Store,
  parts: MessageSightParts,
): Promise<SightedEntries> {
  const sight = new Sight(store, [], parts);
  const index = await sight.entriesOf(version);
  return { index, relies: sight.relies };
}

const isMessage = ({ type, partition }: Key, parts: MessageSightParts): boolean =>
  type === 'Communication' && partition === parts.partition;

const STAFF = /^(Practitioner|PractitionerRole)\//;

/** One commit's view of what decides on the sight of messages: what it writes, over what is stored. */
class Sight {
  readonly #store: Store;
  readonly #parts: MessageSightParts;
  readonly #written: ReadonlyMap<string, Resource>;
  /** Of an id that the server makes with them: nothing stored names them yet. */
  readonly #new: ReadonlySet<string>;
  readonly #gone: ReadonlySet<string>;
  readonly #known = new Map<string, Promise<Resource | undefined>>();
  readonly #searched = new Map<string, Promise<Version[]>>();
  readonly #unchanged: NonNullable<ChangeSet['unchanged']>[number][] = [];
  readonly #criteria: Criterion[] = [];

  constructor(store: Store, puts: readonly Put[], parts: MessageSightParts) {
    this.#store = store;
    this.#parts = parts;
    this.#written = new Map(
      puts.filter(({ deleted }) => !deleted).map(put => [nameOf(put.key), parseStored<Resource>(put.json)]),
    );
    this.#new = new Set(puts.filter(put => put.version === 1 && put.method === 'POST').map(({ key }) => nameOf(key)));
    this.#gone = new Set(puts.filter(({ deleted }) => deleted).map(({ key }) => nameOf(key)));
  }

  /** What was read, as preconditions. */
  get relies(): ChangeSet {
    return { unchanged: this.#unchanged, criteria: this.#criteria };
  }

  async applied(changes: ChangeSet): Promise<ChangeSet> {
    const { puts = [], reindex = [] } = changes;
    const sighted = async <T extends Pick<Put, 'key' | 'index'>>(one: T, resource?: Resource): Promise<T> =>
      resource && isMessage(one.key, this.#parts) ? { ...one, index: await this.#added(one.index, resource) } : one;
    const written = await Promise.all(puts.map(put => sighted(put, this.#written.get(nameOf(put.key)))));
    const anew = await Promise.all(
      reindex.map(async one => sighted(one, isMessage(one.key, this.#parts) ? await this.#stored(one.key) : undefined)),
    );
    const followers = await this.#followers(puts, new Set(reindex.map(({ key }) => nameOf(key))));
    return mergeChangeSets({ ...changes, puts: written, reindex: [...anew, ...followers] }, this.relies);
  }

  async entriesOf({ key, at, json }: Version): Promise<IndexEntries> {
    const resource = parseStored<Resource>(json);
    return this.#added(await this.#parts.index(resource, at, key.partition), resource);
  }

  async #stored(key: Key): Promise<Resource | undefined> {
    const [version] = await this.#store.read([key]);
    return version && !version.deleted ? parseStored<Resource>(version.json) : undefined;
  }

  async #added(index: IndexEntries, message: Resource): Promise<IndexEntries> {
    if (draftPostings(message, this.#parts.own)) return index;
    const names = [
      ...(await this.#carers(message)),
      ...(await this.#facilities(message)),
      ...(await this.#groups(message)),
    ];
    const added = names.map(name => internalPosting('Communication', 'staff', name));
    const [patient = ''] = this.#references(message, 'subject');
    const postings = withSurvivors(index.postings, patient, await this.#survivorsOf(patient));
    return { ...index, postings: [...new Set([...postings, ...added])] };
  }

  /** The records that took the place of a patient's, one after the other. */
  async #survivorsOf(patient: string, passed: readonly string[] = []): Promise<readonly string[]> {
    const record = patient.startsWith('Patient/') ? await this.#resource(patient) : undefined;
    const [next] = record ? this.#references(replacedIn(record), 'link.other') : [];
    if (next === undefined || passed.includes(next) || passed.length === MOST_MERGES) return passed;
    return this.#survivorsOf(next, [...passed, next]);
  }

  /** Practitioners who care for the patient. An Organization is no person's care. */
  async #carers(message: Resource): Promise<string[]> {
    const [subject] = this.#references(message, 'subject');
    const patient = subject?.startsWith('Patient/') ? await this.#resource(subject) : undefined;
    return patient ? this.#references(patient, 'generalPractitioner').filter(name => STAFF.test(name)) : [];
  }

  async #facilities(message: Resource): Promise<string[]> {
    const named = this.#references(message, 'recipient').filter(name => name.startsWith('HealthcareService/'));
    const found = await Promise.all(named.map(name => this.#resource(name)));
    return found.flatMap(facility => (facility ? this.#references(facility, 'providedBy') : []));
  }

  /** The workflow groups with work items about any message of the thread. */
  async #groups(message: Resource): Promise<string[]> {
    const root = rootOf(message, this.#parts);
    const isNew = this.#new.has(root);
    const stored = isNew ? [] : await this.#thread(root);
    const thread = new Set([root, `Communication/${message.id ?? ''}`, ...stored.map(({ key }) => nameOf(key))]);
    for (const [name, one] of this.#written) {
      if (one.resourceType === 'Communication' && rootOf(one, this.#parts) === root) thread.add(name);
    }
    const items = isNew ? [] : await this.#search('Task', anyPosting('Task', 'about', [...thread].toSorted()));
    const others = items.filter(({ key }) => !this.#written.has(nameOf(key)));
    const tasks = [...others.map(({ json }) => parseStored<Resource>(json)), ...this.#written.values()];
    return tasks.filter(task => this.#isAbout(task, thread)).flatMap(task => groupsOf(task, this.#parts));
  }

  #isAbout(task: Resource, thread: ReadonlySet<string>): boolean {
    return isWorkItem(task, this.#parts.own) && this.#references(task, 'focus').some(focus => thread.has(focus));
  }

  /** Stored messages whose sight changes with what is written. */
  async #followers(puts: readonly Put[], written: ReadonlySet<string>): Promise<NonNullable<ChangeSet['reindex']>> {
    const changed = puts.filter(({ key, deleted }) => key.partition === this.#parts.partition && !deleted);
    const found = await Promise.all(changed.map(put => this.#hangingOn(put)));
    const rows = new Map(found.flat().map(version => [nameOf(version.key), version]));
    const others = [...rows].filter(([name]) => !this.#written.has(name) && !written.has(name));
    return Promise.all(
      others.map(async ([, version]) => {
        const { key, version: number } = version;
        this.#unchanged.push({ key, version: number });
        return { key, version: number, index: await this.entriesOf(version) };
      }),
    );
  }

  async #hangingOn({ key, version }: Put): Promise<Version[]> {
    const name = nameOf(key);
    const now = this.#written.get(name);
    const elements = ANCHORS[key.type];
    if (!now || (elements === undefined && !isWorkItem(now, this.#parts.own))) return [];
    const before = version === 1 ? undefined : await this.#stored(key);
    if (elements !== undefined) {
      const decisive = (one: Resource): string => JSON.stringify(elements.map(path => this.#references(one, path)));
      const same = decisive(now) === decisive(before ?? { resourceType: key.type });
      const kind = key.type === 'Patient' ? 'own' : 'staff';
      return same ? [] : this.#search('Communication', anyPosting('Communication', kind, [name]));
    }
    const inWords = (task: Resource): string =>
      [...this.#references(task, 'focus'), ...groupsOf(task, this.#parts)].join();
    if (before && inWords(before) === inWords(now)) return [];
    const focused = await Promise.all(this.#references(now, 'focus').map(focus => this.#resource(focus)));
    const threads = focused.flatMap(message => (message ? rootOf(message, this.#parts) : []));
    return (await Promise.all(threads.map(root => this.#thread(root)))).flat();
  }

  #thread(root: string): Promise<Version[]> {
    return this.#search('Communication', anyPosting('Communication', 'thread', [root]));
  }

  /** A resource as this commit leaves it; what is stored must then stay so. */
  #resource(name: string): Promise<Resource | undefined> {
    const written = this.#written.get(name);
    if (written || this.#gone.has(name)) return Promise.resolve(written);
    const known = this.#known.get(name) ?? this.#read(name);
    this.#known.set(name, known);
    return known;
  }

  async #read(name: string): Promise<Resource | undefined> {
    const [type = '', id = ''] = name.split('/');
    const key = { partition: this.#parts.partition, type, id };
    const [version] = await this.#store.read([key]);
    this.#unchanged.push({ key, version: version?.version ?? 0 });
    return version && !version.deleted ? parseStored<Resource>(version.json) : undefined;
  }

  /** All live matches, which must then stay the same. */
  #search(type: string, where: Filter): Promise<Version[]> {
    const question = JSON.stringify([type, where]);
    const known = this.#searched.get(question) ?? this.#find(type, where);
    this.#searched.set(question, known);
    return known;
  }

  async #find(type: string, where: Filter): Promise<Version[]> {
    const { partition, clock } = this.#parts;
    const [rows, deadline]: [Version[], number] = [[], clock.now() + PATIENCE];
    let after: Position | undefined;
    do {
      const of = [{ type, where }];
      const page = await this.#store.search({
        partition,
        of,
        sort: [],
        limit: PAGE,
        deadline,
        ...(after && { after }),
      });
      rows.push(...page.rows);
      after = page.next;
    } while (after);
    this.#criteria.push({ partition, type, where, ids: rows.map(({ key }) => key.id) });
    return rows;
  }

  #references(resource: Resource, path: string): string[] {
    return references(resource, [path], [this.#parts.base]);
  }
}

/** Records that one can be merged into, one after the other. */
const MOST_MERGES = 10;

/** The record with its links to what took its place alone. https://hl7.org/fhir/R4/patient-definitions.html#Patient.link */
const replacedIn = (record: Resource): Resource => ({
  ...record,
  link: ((record['link'] ?? []) as JsonObject[]).filter(({ type }) => type === 'replaced-by'),
});

/** Messages of a record that was merged away are found by those that took its place, too, and are their patient's own. */
const withSurvivors = (postings: readonly string[], gone: string, survivors: readonly string[]): string[] =>
  postings.flatMap(one =>
    one.endsWith(`|${gone}`) ? [one, ...survivors.map(survivor => one.slice(0, -gone.length) + survivor)] : [one],
  );

const nameOf = ({ type, id }: Key): string => `${type}/${id}`;

/** `Communication/1`: the first message of the thread. */
const rootOf = (message: Resource, { base }: MessageSightParts): string =>
  references(message, ['partOf'], [base])[0] ?? `Communication/${message.id ?? ''}`;

function groupsOf(task: Resource, { own, base }: MessageSightParts): string[] {
  const extension = ((task['extension'] ?? []) as { url?: string }[]).filter(
    ({ url }) => url === own.structure('workflow-group-of'),
  );
  return references({ ...task, extension }, ['extension.valueReference'], [base]);
}
