/**
 * What people may claim in a message: notes in their own name, and in patients' messages nobody's data and no addresses outside
 * this server.
 */
import type { Annotation, Communication, Reference } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import { defined } from '../fhir/defined.js';
import { bare } from './bare.js';
import { fileIn, NOT_THEIRS } from './linked-file.js';

/** Markup whose reader would fetch something. */
const FETCHES = /\s(?:src|longdesc|cite|background)\s*=|url\s*\(|@import/i;

/** Notes are their author's own, by reference: anybody's name can be written. Fault `forbidden`. */
export function refuseForeignNotes({ note = [] }: Communication, identities: readonly string[]): void {
  const at = note.findIndex(one => !isOwn(one, identities));
  if (at < 0) return;
  throw new Fault('forbidden', 'A note has its writer as its author.', {
    expression: `Communication.note[${at}].author`,
  });
}

function isOwn(note: Annotation, identities: readonly string[]): boolean {
  const { authorReference: author } = note;
  if ('authorString' in note || '_authorString' in note) return false;
  return author === undefined || identities.includes(author.reference ?? '');
}

/** Notes as they are written now, by their author, or else by this one. */
export const signed = ({ note = [] }: Communication, by: Reference, time: string): Annotation[] =>
  note.map(({ text, authorReference, ...rest }) => {
    const { id, extension } = rest;
    return { ...defined({ id, extension }), authorReference: bare(authorReference ?? by), time, text };
  });

/**
 * Files are Binaries of this server, and the narrative shows nothing from elsewhere. Fault `unprocessable`.
 * @param base of this endpoint's addresses, without trailing slash
 */
export function refuseOutside({ payload = [], text }: Communication, base: string): void {
  const at = payload.findIndex(({ contentAttachment: file }) => file?.url !== undefined && !fileIn(file.url, base));
  if (at >= 0) {
    throw new Fault('unprocessable', NOT_THEIRS, { expression: `Communication.payload[${at}].content.url` });
  }
  if (FETCHES.test(text?.div ?? '')) {
    throw new Fault('unprocessable', 'The narrative must show nothing from elsewhere.', {
      expression: 'Communication.text.div',
    });
  }
}

/** A contained resource could be anybody, and say anything of them. Fault `unprocessable`. */
export function refuseContained({ contained = [] }: Communication): void {
  if (contained.length === 0) return;
  throw new Fault('unprocessable', 'A message contains no other resources.', {
    expression: 'Communication.contained',
  });
}
