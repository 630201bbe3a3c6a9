/**
 * The integrity of a SQLite file: its pages and indexes (https://www.sqlite.org/pragma.html#pragma_quick_check), and the
 * checksum of each resource. It only reads, also while servers run.
 */
import { DatabaseSync } from 'node:sqlite';
import { isIntact } from './checksum.js';

export interface Integrity {
  /** Versions of resources whose texts were looked at. */
  readonly versions: number;
  /** One line each, without content; as many as MOST_PROBLEMS. */
  readonly problems: readonly string[];
}

type TextRow = [partition: string, type: string, id: string, version: number, json: string, checksum: number | null];

const MOST_PROBLEMS = 100;
const BUSY_MILLISECONDS = 5000;

/** @throws Error where the file cannot be opened or read at all */
export function checkFile(path: string): Integrity {
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MILLISECONDS });
  try {
    const pages = quickCheck(database);
    return pages.length > 0 ? { versions: 0, problems: pages } : checkTexts(database);
  } finally {
    database.close();
  }
}

function quickCheck(database: DatabaseSync): string[] {
  const rows = database.prepare(`PRAGMA quick_check(${MOST_PROBLEMS})`).all();
  return rows.map(row => String(Object.values(row)[0])).filter(line => line !== 'ok');
}

function checkTexts(database: DatabaseSync): Integrity {
  const problems: string[] = [];
  let versions = 0;
  for (const table of ['resource', 'history']) {
    const rows = database.prepare(`SELECT partition, type, id, version, json, checksum FROM ${table}`);
    rows.setReturnArrays(true);
    for (const row of rows.iterate() as Iterable<unknown> as Iterable<TextRow>) {
      const [partition, type, id, version, json, checksum] = row;
      versions += 1;
      if (isIntact(json, checksum)) continue;
      problems.push(`${partition}: ${type}/${id}, version ${version}: its text is not as it was written`);
      if (problems.length === MOST_PROBLEMS) return { versions, problems };
    }
  }
  return { versions, problems };
}
