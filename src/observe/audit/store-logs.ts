/**
 * Closed log files go into the store as segments, and then away. Any process may store any file that nobody writes to, a
 * dead process's too: the id of a segment follows from its lines, so each is stored exactly once.
 */
import { isConflict } from '../../fhir/fault.js';
import { isFinal, listLogs, readLog, removeLog, type FoundLog } from './log-folder.js';
import { recordsOf, SEGMENT, segmentsOf, type Segment } from './segment.js';
import type { Storing } from './storing.js';

/**
 * Stores every final file; resolves with how many. A file that cannot be read is reported and left where it is; it holds no
 * other up.
 * @param ended whether the process is to end: what is left is stored by the next
 */
export async function storeLogs(parts: Storing, ended: () => boolean): Promise<number> {
  const logs = (await listLogs(parts.folder)).filter(log => isFinal(log, parts.now()));
  let stored = 0;
  for (const log of logs.toSorted((a, b) => a.begun - b.begun)) {
    if (ended()) break;
    const segments = await readSegments(parts, log);
    if (!segments) continue;
    for (const segment of segments) await storeOnce(parts, segment);
    await removeLog(parts.folder, log);
    stored++;
  }
  return stored;
}

async function readSegments(parts: Storing, log: FoundLog): Promise<Segment[] | undefined> {
  try {
    const run = await readLog(parts.folder, log);
    return run && (await segmentsOf(run));
  } catch (error) {
    parts.report(error, log.name);
    return undefined;
  }
}

async function storeOnce(parts: Storing, segment: Segment): Promise<void> {
  try {
    await parts.commit({ documents: await recordsOf(segment) });
  } catch (error) {
    if (!isConflict(error) || !(await parts.records.get(SEGMENT, segment.info.id, parts.now()))) throw error;
  }
}
