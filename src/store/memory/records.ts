/** The records port in memory: one map, replaced whole by each change, so that a change set can be tried and dropped. */
import type { Clock } from '../../fhir/clock.js';
import { Fault } from '../../fhir/fault.js';
import { compareText } from '../../search/order.js';
import type { Document, DocumentChange, DocumentPage, Records } from '../port.js';

type Documents = ReadonlyMap<string, Document>;

const slot = (kind: string, id: string): string => JSON.stringify([kind, id]);

const alive = (document: Document | undefined, now: number): document is Document =>
  document !== undefined && (document.expires === undefined || document.expires > now);

const byId = (a: Document, b: Document): number => compareText(a.id, b.id);

export class MemoryRecords implements Records {
  private readonly clock: Clock;
  private documents: Documents = new Map();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  async get(kind: string, id: string, now: number): Promise<Document | undefined> {
    const document = this.documents.get(slot(kind, id));
    return alive(document, now) ? structuredClone(document) : undefined;
  }

  async find(
    kind: string,
    name: string,
    value: string,
    now: number,
    limit: number,
    { after, descending = false }: DocumentPage = {},
  ): Promise<Document[]> {
    const order = (a: string, b: string) => (descending ? compareText(b, a) : compareText(a, b));
    return this.ofKind(kind, now)
      .filter(({ id, keys }) => keys[name] === value && (after === undefined || order(id, after) > 0))
      .sort((a, b) => order(a.id, b.id))
      .slice(0, limit);
  }

  async due(kind: string, now: number, limit: number): Promise<Document[]> {
    return this.dueNow(kind, now).slice(0, limit);
  }

  async write(change: DocumentChange): Promise<number> {
    this.apply(this.changed([change]));
    const { kind, id } = change.op === 'put' ? change.document : change;
    return this.documents.get(slot(kind, id))?.version ?? 0;
  }

  async take(kind: string, id: string, now: number): Promise<Document | undefined> {
    const document = this.documents.get(slot(kind, id));
    if (!alive(document, now)) return undefined;
    this.apply(this.changed([{ op: 'delete', kind, id }]));
    return document;
  }

  async lease(kind: string, now: number, until: number, limit: number): Promise<Document[]> {
    const chosen = this.dueNow(kind, now).slice(0, limit);
    const leased = chosen.map(document => ({ ...document, due: until, version: document.version + 1 }));
    this.apply(new Map([...this.documents, ...leased.map(each => [slot(each.kind, each.id), each] as const)]));
    return structuredClone(leased);
  }

  async expire(now: number, limit: number): Promise<number> {
    const expired = [...this.documents].filter(([, document]) => !alive(document, now)).slice(0, limit);
    const next = new Map(this.documents);
    for (const [key] of expired) next.delete(key);
    this.apply(next);
    return expired.length;
  }

  /** The current version of a document; 0 = there is none. */
  version(kind: string, id: string): number {
    const found = this.documents.get(slot(kind, id));
    return alive(found, this.clock.now()) ? found.version : 0;
  }

  /** What the documents would be after these changes; Fault `conflict` where an `expect` fails. */
  changed(changes: readonly DocumentChange[]): Documents {
    const next = new Map(this.documents);
    for (const change of changes) {
      const { kind, id } = change.op === 'put' ? change.document : change;
      const found = next.get(slot(kind, id));
      const version = alive(found, this.clock.now()) ? found.version : 0;
      if (change.expect !== undefined && change.expect !== version) {
        throw new Fault('conflict', 'A record was changed by somebody else in the meantime.');
      }
      if (change.op === 'delete') next.delete(slot(kind, id));
      else next.set(slot(kind, id), structuredClone({ ...change.document, version: version + 1 }));
    }
    return next;
  }

  /** Makes the result of `changed` the truth. */
  apply(documents: Documents): void {
    this.documents = documents;
  }

  private dueNow(kind: string, now: number): Document[] {
    const due = (document: Document) => document.due ?? Infinity;
    return this.ofKind(kind, now)
      .filter(document => due(document) <= now)
      .sort((a, b) => due(a) - due(b) || byId(a, b));
  }

  private ofKind(kind: string, now: number): Document[] {
    return [...this.documents.values()]
      .filter(document => document.kind === kind && alive(document, now))
      .map(document => structuredClone(document));
  }
}
