/** The audit of several processes on one folder and one storage, under a clock that tests set. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAudit, type OpenAudit } from '../../../src/observe/audit/audit.js';
import type { ChangeSet, Storage, Store } from '../../../src/store/port.js';
import type { Resource } from '../../../src/fhir/resource.js';
import type { AuditEntry } from '../../../src/service.js';
import { index } from './sample.js';

export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
export const MINUTE = 60_000;
const PARTITION = 'portal';

export const entry = (request: string, extra: Partial<AuditEntry> = {}): AuditEntry => ({
  at: NOW,
  request,
  actor: 'Person/1',
  client: 'app',
  action: 'read',
  target: 'Communication/m',
  patients: ['1'],
  status: 200,
  ...extra,
});

export interface ProcessOptions {
  folder?: string;
  commit?: Store['commit'];
  retention?: number;
}

/** A machine on which processes come and go. */
export class Machine {
  readonly folder = mkdtempSync(join(tmpdir(), 'portico-audit-'));
  readonly storage: Storage;
  now = NOW;
  /** Names of files and segments that could not be read. */
  readonly unreadable: string[] = [];
  private serial = 0;
  private readonly opened: OpenAudit[] = [];

  constructor(storage: Storage) {
    this.storage = storage;
  }

  /** The audit of one more process. */
  open({ folder = this.folder, commit, retention }: ProcessOptions = {}): OpenAudit {
    const { store, records } = this.storage;
    const world = { clock: { now: () => this.now }, ids: { next: () => `id-${++this.serial}` } };
    const parts = {
      folder,
      records,
      commit: commit ?? ((changes: ChangeSet) => store.commit(changes)),
      retention,
      report: (_error: unknown, name: string) => this.unreadable.push(name),
      index,
    };
    const audit = openAudit(world, parts, PARTITION);
    this.opened.push(audit);
    return audit;
  }

  /** Everything as it is a minute from now: files are closed and stored. */
  async persistAll(audit: OpenAudit): Promise<void> {
    this.now += MINUTE;
    await audit.persist();
  }

  files(): string[] {
    return readdirSync(this.folder).sort();
  }

  /** The lines of a log, without its first. */
  linesOf(file: string): string[] {
    return readFileSync(join(this.folder, file), 'utf8').trimEnd().split('\n').slice(1);
  }

  async close(): Promise<void> {
    for (const audit of this.opened) audit.close();
    rmSync(this.folder, { recursive: true, force: true });
    await this.storage.store.close();
  }
}

/** All events, the newest first, page by page. */
export async function eventsOf({ store }: OpenAudit): Promise<Resource[]> {
  const search = { partition: PARTITION, of: [{ type: 'AuditEvent', where: { kind: 'all' as const } }], sort: [] };
  const events: Resource[] = [];
  for (let page = await store.search({ ...search, limit: 100, deadline: Infinity }); ;) {
    events.push(...page.rows.map(({ json }) => JSON.parse(json) as Resource));
    if (!page.next) return events;
    page = await store.search({ ...search, limit: 100, after: page.next, deadline: Infinity });
  }
}

/** Their requests, sorted. */
export async function requestsOf(audit: OpenAudit): Promise<string[]> {
  const texts = (await eventsOf(audit)).map(event => JSON.stringify(event));
  return texts.map(text => /"identifier":\{"value":"([^"]+)"/.exec(text)?.[1] ?? '').sort();
}
