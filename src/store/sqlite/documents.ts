/** Private documents in SQL: rows to values, and the changes, run by the writer alone. */
import { Fault } from '../../fhir/fault.js';
import type { Document, DocumentChange, DocumentPage } from '../port.js';
import type { Connection, Row } from './connection.js';
import { limitSql, Sql, sql } from './sql.js';

/** The columns `documentOf` reads. */
const COLUMNS = new Sql('d.kind, d.id, d.version, d.value, d.keys, d.due, d.expires');

function documentOf([kind, id, version, value, keys, due, expires]: Row): Document {
  return {
    kind: kind as string,
    id: id as string,
    version: version as number,
    value: JSON.parse(value as string) as Document['value'],
    keys: JSON.parse(keys as string) as Document['keys'],
    ...(due !== null && { due: due as number }),
    ...(expires !== null && { expires: expires as number }),
  };
}

const aliveAt = (now: number): Sql => sql`(d.expires IS NULL OR d.expires > ${now})`;

/** Each request runs it, for its epoch: the text is composed once. */
const GET = sql`SELECT ${COLUMNS} FROM document d WHERE d.kind = ${''} AND d.id = ${''} AND ${aliveAt(0)}`.text;

export function getDocument(connection: Connection, kind: string, id: string, now: number): Document | undefined {
  const row = connection.get(new Sql(GET, [kind, id, now]));
  return row && documentOf(row);
}

export function findDocuments(
  connection: Connection,
  [kind, name, value]: readonly [kind: string, name: string, value: string],
  now: number,
  limit: number,
  { after, descending = false }: DocumentPage = {},
): Document[] {
  const [beyond, order] = descending ? [sql`k.id < ${after ?? ''}`, sql`DESC`] : [sql`k.id > ${after ?? ''}`, sql`ASC`];
  return connection
    .all(
      sql`SELECT ${COLUMNS} FROM document_key k CROSS JOIN document d ON d.kind = k.kind AND d.id = k.id
        WHERE k.kind = ${kind} AND k.name = ${name} AND k.value = ${value} AND ${after === undefined ? sql`TRUE` : beyond}
          AND ${aliveAt(now)} ORDER BY k.id ${order} ${limitSql(limit)}`,
    )
    .map(documentOf);
}

export function dueDocuments(connection: Connection, kind: string, now: number, limit: number): Document[] {
  return connection
    .all(
      sql`SELECT ${COLUMNS} FROM document d WHERE d.kind = ${kind} AND d.due <= ${now} AND ${aliveAt(now)}
        ORDER BY d.due, d.id ${limitSql(limit)}`,
    )
    .map(documentOf);
}

function remove(connection: Connection, { kind, id, keys }: Document): void {
  for (const [name, value] of Object.entries(keys)) {
    connection.run(
      sql`DELETE FROM document_key WHERE kind = ${kind} AND name = ${name} AND value = ${value} AND id = ${id}`,
    );
  }
  connection.run(sql`DELETE FROM document WHERE kind = ${kind} AND id = ${id}`);
}

function insert(connection: Connection, { kind, id, version, value, keys, due, expires }: Document): void {
  connection.run(sql`INSERT INTO document (kind, id, version, value, keys, due, expires)
    VALUES (${kind}, ${id}, ${version}, ${JSON.stringify(value)}, ${JSON.stringify(keys)}, ${due ?? null}, ${expires ?? null})`);
  for (const [name, text] of Object.entries(keys)) {
    connection.run(sql`INSERT INTO document_key VALUES (${kind}, ${name}, ${text}, ${id})`);
  }
}

const alive = (document: Document | undefined, now: number): boolean =>
  document !== undefined && (document.expires === undefined || document.expires > now);

/** Applies one change; the new version, 0 after a delete. Fault `conflict` where `expect` fails. */
export function changeDocument(connection: Connection, change: DocumentChange, now: number): number {
  const { kind, id } = change.op === 'put' ? change.document : change;
  const found = getDocument(connection, kind, id, -Infinity);
  const version = found && alive(found, now) ? found.version : 0;
  if (change.expect !== undefined && change.expect !== version) {
    throw new Fault('conflict', 'A record was changed by somebody else in the meantime.');
  }
  if (found) remove(connection, found);
  if (change.op === 'delete') return 0;
  insert(connection, { ...change.document, version: version + 1 });
  return version + 1;
}

export function takeDocument(connection: Connection, kind: string, id: string, now: number): Document | undefined {
  const document = getDocument(connection, kind, id, now);
  if (document) remove(connection, document);
  return document;
}

export function leaseDocuments(
  connection: Connection,
  kind: string,
  now: number,
  until: number,
  limit: number,
): Document[] {
  return dueDocuments(connection, kind, now, limit).map(document => {
    const leased = { ...document, due: until, version: document.version + 1 };
    connection.run(sql`UPDATE document SET due = ${until}, version = ${leased.version}
      WHERE kind = ${kind} AND id = ${document.id}`);
    return leased;
  });
}

/** Drops up to so many documents that have expired; how many. */
export function expireDocuments(connection: Connection, now: number, limit: number): number {
  const expired = connection
    .all(sql`SELECT ${COLUMNS} FROM document d WHERE d.expires <= ${now} ${limitSql(limit)}`)
    .map(documentOf);
  for (const document of expired) remove(connection, document);
  return expired.length;
}
