/**
 * Content that no scanner has called clean is held: a blob that is never read for anybody. A record of it is due until there
 * is a verdict.
 */
import type { DocumentChange } from '../store/port.js';
import { UPLOAD } from './upload.js';

/** The kind of the records: a blob's id → whose content it is. */
export const HELD = 'held-content';

/** Milliseconds to the first look at held content. */
const SOON = 1000;

/** Rides in the commit that writes the Binary. @param now milliseconds since the epoch */
export const holding = (blob: string, partition: string, binary: string, now: number): DocumentChange => ({
  op: 'put',
  document: { kind: HELD, id: blob, value: { partition, binary, tries: 0 }, keys: {}, due: now + SOON },
  expect: 0,
});

/** In one commit: the content is looked at no more, and the next sweep deletes it. */
export const discarding = (blob: string, version: number, now: number): DocumentChange[] => [
  released(blob, version),
  { op: 'put', document: { kind: UPLOAD, id: blob, value: {}, keys: {}, due: now } },
];

/** @param version of the record */
export const released = (blob: string, version: number): DocumentChange => ({
  op: 'delete',
  kind: HELD,
  id: blob,
  expect: version,
});
