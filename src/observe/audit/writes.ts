/**
 * The audit of writes: an entry rides in the commit as a record of its own, and goes into a segment together with others.
 * The segments that one process makes are a chain.
 */
import { isConflict } from '../../fhir/fault.js';
import type { World } from '../../fhir/clock.js';
import type { Audit, AuditEntry } from '../../service.js';
import { CEILING } from '../../search/query.js';
import type { Document, DocumentChange } from '../../store/port.js';
import { START } from './chain.js';
import { chained, entryId, entryText, parseEntry, splitLine, type LoggedEntry } from './entry.js';
import { MAX_AGE } from './log-file.js';
import { recordsOf, segmentsOf, type Segment } from './segment.js';
import type { Storing } from './storing.js';

/** Kind of the records. */
const WRITE = 'audit';
/** Entries of one commit: other writes wait for it. */
const BATCH = 500;

/** @param id of the AuditEvent */
const writeRecord = (id: string, entry: AuditEntry): DocumentChange => ({
  op: 'put',
  document: { kind: WRITE, id, value: { entry: entryText(entry, id) }, keys: {}, due: entry.at },
  expect: 0,
});

/** Entries as records for a commit, by whatever process commits. */
export const documentedBy = ({ ids }: Pick<World, 'ids'>): Pick<Audit, 'document'> => ({
  document: entry => writeRecord(entryId(entry.at, ids.next()), entry),
});

/** Entries that are in no segment yet, the oldest first; `incomplete` where one of them cannot be read. */
export async function readWrites(
  { records, report }: Pick<Storing, 'records' | 'report'>,
  limit: number,
): Promise<{ entries: LoggedEntry[]; incomplete: boolean }> {
  const documents = await records.due(WRITE, CEILING, limit);
  const entries = documents.flatMap(document => {
    try {
      return [{ id: document.id, entry: parseEntry(textOf(document)).entry }];
    } catch (error) {
      report(error, document.id);
      return [];
    }
  });
  return { entries, incomplete: entries.length < documents.length };
}

const textOf = ({ value }: Document): string => String(value['entry']);

export interface WriteChain {
  /** Moves the oldest entries into a segment, where there are enough of them or they are old; resolves with how many. */
  store(parts: Storing, least?: number): Promise<number>;
}

/** @param name a name that no other chain has */
export function createWriteChain(name: () => string): WriteChain {
  let chain: { name: string; line: number; link: string } | undefined;
  return {
    async store(parts, least = BATCH) {
      const documents = await parts.records.due(WRITE, CEILING, BATCH);
      const [oldest] = documents;
      const old = oldest?.due !== undefined && oldest.due <= parts.now() - MAX_AGE;
      if (!oldest || (documents.length < least && !old)) return 0;
      chain ??= { name: name(), line: 0, link: START };
      const lines = chained(chain.link, documents.map(textOf));
      const segments = await segmentsOf({ chain: chain.name, line: chain.line, start: chain.link, lines });
      try {
        await parts.commit({ documents: [...documents.map(removal), ...(await recordsOfAll(segments))] });
        chain = { name: chain.name, line: chain.line + lines.length, link: splitLine(lines.at(-1)!).link };
        return documents.length;
      } catch (error) {
        // Whether it was committed is not certain: a new chain begins.
        chain = undefined;
        // Another process was faster.
        if (isConflict(error)) return documents.length;
        throw error;
      }
    },
  };
}

const removal = ({ kind, id, version }: Document): DocumentChange => ({ op: 'delete', kind, id, expect: version });

async function recordsOfAll(segments: readonly Segment[]): Promise<DocumentChange[]> {
  return (await Promise.all(segments.map(recordsOf))).flat();
}
