/** Changes of single records, in a transaction or on their own. */
import type { ClientSession, Collection, Filter } from 'mongodb';
import type { Document, DocumentChange } from '../port.js';
import { recordId, type RecordRow } from './collections.js';
import { conflict, LostRace } from './mongo-fault.js';
import { defined } from '../../fhir/defined.js';

export const secondaryKey = (name: string, value: string): string => JSON.stringify([name, value]);

/** Records that have not expired. */
export const unexpired = (now: number) => ({ $or: [{ expires: { $exists: false } }, { expires: { $gt: now } }] });

export const isAlive = ({ expires = Infinity }: RecordRow, now: number): boolean => expires > now;

export function documentOf({ kind, id, version, body, due, expires }: RecordRow): Document {
  const { value, keys } = JSON.parse(body) as Pick<Document, 'value' | 'keys'>;
  const times = defined({ due, expires });
  return { kind, id, version, value, keys, ...times };
}

function recordRow({ kind, id, value, keys, due, expires }: Omit<Document, 'version'>, version: number): RecordRow {
  return {
    _id: recordId(kind, id),
    kind,
    id,
    version,
    body: JSON.stringify({ value, keys }),
    keys: Object.entries(keys).map(([name, key]) => secondaryKey(name, key)),
    ...defined({ due, expires }),
  };
}

/**
 * Writes a record that is not there, and takes it back: of a transaction's conditions only those that it wrote to keep it
 * apart from others.
 */
async function touch(records: Collection<RecordRow>, row: RecordRow, session: ClientSession): Promise<void> {
  await records.insertOne(row, { session });
  await records.deleteOne({ _id: row._id }, { session });
}

/**
 * One change, on the condition that the record is still as it was read here.
 * @returns the new version, 0 after a deletion
 * @throws LostRace where somebody else came in between; Fault `conflict` where `expect` fails
 */
export async function applyChange(
  records: Collection<RecordRow>,
  change: DocumentChange,
  now: number,
  session?: ClientSession,
): Promise<number> {
  const options = session ? { session } : {};
  const { kind, id } = change.op === 'put' ? change.document : change;
  const found = await records.findOne({ _id: recordId(kind, id) }, options);
  const version = found && isAlive(found, now) ? found.version : 0;
  if (change.expect !== undefined && change.expect !== version) throw conflict();

  const asFound = (row: RecordRow): Filter<RecordRow> => ({
    _id: row._id,
    version: row.version,
    expires: row.expires ?? { $exists: false },
  });
  const orLost = (count: number) => {
    if (count !== 1) throw new LostRace();
  };
  if (change.op === 'delete') {
    if (found) orLost((await records.deleteOne(asFound(found), options)).deletedCount);
    else if (change.expect === 0 && session)
      await touch(records, recordRow({ kind, id, value: {}, keys: {} }, 0), session);
    return 0;
  }
  const row = recordRow(change.document, version + 1);
  if (found) orLost((await records.replaceOne(asFound(found), row, options)).matchedCount);
  else await records.insertOne(row, options);
  return row.version;
}
