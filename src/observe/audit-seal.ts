/**
 * Sealing: what the log files and the audit documents hold becomes AuditEvents. How far a file has come is stored in the
 * same commit as its events, so any process may seal any file, a dead one's too, and each entry is sealed exactly once.
 */
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate, setTimeout as pause } from 'node:timers/promises';
import { unlessConflict } from '../fhir/fault.js';
import type { Resource } from '../fhir/resource.js';
import type { AuditEntry } from '../service.js';
import type { ChangeSet, Document, Put, Records } from '../store/port.js';
import { auditEvent } from './audit-event.js';
import { isAtRest } from './audit-file.js';

export interface Sealing {
  readonly folder: string;
  readonly records: Pick<Records, 'get' | 'due'>;
  /** A new AuditEvent as a version to write. */
  put(event: Resource): Put;
  commit(changes: ChangeSet): Promise<void>;
  now(): number;
  /** The process is to end: what is left is sealed by the next. */
  ended(): boolean;
}

export const AUDIT = 'audit';
const PROGRESS = 'audit-progress';
/** Entries in one commit: other writes wait for it. */
const BATCH = 100;
/** Events made ready in one turn of the event loop: each takes some tenths of a millisecond. */
const SLICE = 10;
/** A turn of the event loop that takes longer, in milliseconds, has requests in it. */
const BUSY = 1;
/** How many times as long as it worked it leaves to them then. */
const COURTESY = 4;
/** Bytes read at a time; a line is far shorter. */
const CHUNK = 1024 * 1024;

interface Line {
  chain: string;
  entry: AuditEntry;
}

/**
 * Seals everything logged so far: the documents, then all files. A file that cannot be read holds no other up; one that is
 * sealed whole and has been at rest for long is removed.
 */
export async function sealAll(sealing: Sealing): Promise<void> {
  while (!sealing.ended() && (await sealDocuments(sealing)));
  const names = (await readdir(sealing.folder).catch(() => [])).filter(name => name.endsWith('.jsonl'));
  const failures: unknown[] = [];
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (const name of names.sort()) {
    try {
      while (!sealing.ended() && (await sealChunk(sealing, name, buffer)));
      if (!sealing.ended() && isAtRest(name, sealing.now())) await remove(sealing, name);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} audit logs could not be sealed`);
}

/** The file goes first: what is left behind by a crash in between is a record that nobody looks for. */
async function remove(sealing: Sealing, name: string): Promise<void> {
  const progress = await sealing.records.get(PROGRESS, name, sealing.now());
  if (!progress) return;
  await rm(join(sealing.folder, name), { force: true });
  await attempt(sealing, { documents: [{ op: 'delete', kind: PROGRESS, id: name, expect: progress.version }] });
}

/** Seals the next whole lines of a file; false if there are none. */
async function sealChunk(sealing: Sealing, name: string, buffer: Buffer): Promise<boolean> {
  const progress = await sealing.records.get(PROGRESS, name, sealing.now());
  const offset = Number(progress?.value['offset'] ?? 0);
  const bytes = await readFrom(join(sealing.folder, name), offset, buffer);
  if (bytes.length === 0) return false;
  const lines = bytes.toString().trimEnd().split('\n');
  const parsed = lines.map(line => JSON.parse(line) as Line);
  const value = { offset: offset + bytes.length, chain: parsed.at(-1)!.chain };
  return attempt(sealing, {
    puts: await putsOf(
      sealing,
      parsed.map(({ chain, entry }) => [chain, entry]),
    ),
    documents: [
      {
        op: 'put',
        document: { kind: PROGRESS, id: name, value, keys: {} },
        expect: progress?.version ?? 0,
      },
    ],
  });
}

/** The next whole lines of a file, BATCH of them at most, as they lie in the buffer. */
async function readFrom(file: string, offset: number, buffer: Buffer): Promise<Buffer> {
  const handle = await open(file).catch(unlessGone);
  // Another process has sealed and removed it.
  if (!handle) return Buffer.alloc(0);
  try {
    const { bytesRead } = await handle.read(buffer, 0, CHUNK, offset);
    const read = buffer.subarray(0, bytesRead);
    let end = 0;
    for (let lines = 0; lines < BATCH; lines++) {
      const feed = read.indexOf('\n', end);
      if (feed < 0) break;
      end = feed + 1;
    }
    return read.subarray(0, end);
  } finally {
    await handle.close();
  }
}

function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** Lets requests be answered in between. */
async function putsOf(sealing: Sealing, entries: readonly (readonly [string, AuditEntry])[]): Promise<Put[]> {
  const puts: Put[] = [];
  while (puts.length < entries.length) {
    const begun = performance.now();
    const slice = entries.slice(puts.length, puts.length + SLICE);
    for (const [id, entry] of slice) puts.push(sealing.put(auditEvent(id, entry)));
    await giveWay(performance.now() - begun);
  }
  return puts;
}

/** @param worked for so many milliseconds */
async function giveWay(worked: number): Promise<void> {
  const asked = performance.now();
  await setImmediate();
  if (performance.now() - asked > BUSY) await pause(COURTESY * worked);
}

async function sealDocuments(sealing: Sealing): Promise<boolean> {
  const documents = await sealing.records.due(AUDIT, sealing.now(), BATCH);
  if (documents.length === 0) return false;
  return attempt(sealing, {
    puts: await putsOf(
      sealing,
      documents.map(({ id, value }) => [id, value as unknown as AuditEntry]),
    ),
    documents: documents.map(({ kind, id, version }: Document) => ({ op: 'delete', kind, id, expect: version })),
  });
}

/** True where it is worth looking again: after a commit, and where another process was faster. */
async function attempt(sealing: Sealing, changes: ChangeSet): Promise<boolean> {
  await sealing.commit(changes).catch(unlessConflict);
  return true;
}
