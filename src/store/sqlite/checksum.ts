/**
 * Checksums of stored texts: SQLite notices pages that are out of order, not letters that a disk has changed.
 * https://www.sqlite.org/faq.html#q21
 */
import { crc32 } from 'node:zlib';
import { Fault } from '../../fhir/fault.js';

/** Of the text as UTF-8: https://nodejs.org/docs/latest-v24.x/api/zlib.html#zlibcrc32data-value */
export const checksumOf = (json: string): number => crc32(json);

/** What the log is told, without a word of the content; its kind stands for the message, which logs leave out. */
class DamagedText extends Error {
  readonly code = 'DAMAGED_TEXT';
}

/** Whether the text is as it was written; one without a checksum counts as such. */
export const isIntact = (json: string, checksum: number | null): boolean =>
  checksum === null || checksumOf(json) === checksum;

/** The text. Fault `exception` where it is not as it was written. */
export function intact(json: string, checksum: number | null): string {
  if (isIntact(json, checksum)) return json;
  throw new Fault('exception', 'This resource is damaged in the storage: it is not as it was written.', {
    cause: new DamagedText('the text of a resource does not have its checksum'),
  });
}
