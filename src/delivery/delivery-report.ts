/**
 * What became of notices is written to the resource that they are about, after the notices have ended: a record asks for it in
 * the same commit, so that no end of a process loses it.
 */
import { showsDeliveries } from '../portal/effect.js';
import type { Document, DocumentChange } from '../store/port.js';

/** The kind of the records, each named by the resource. */
export const REPORTS = 'delivery-report';

/** Asks for a report about the resource, where it is one that shows deliveries. */
export const reportDue = (about: string, due: number): DocumentChange[] =>
  showsDeliveries(about)
    ? [{ op: 'put', document: { kind: REPORTS, id: idOf(about), value: { about }, keys: {}, due } }]
    : [];

const idOf = (about: string): string => about.replace('/', '.');

/** The resource that a report is asked for. */
export const reportedBy = ({ value }: Pick<Document, 'value'>): string => String(value['about']);
