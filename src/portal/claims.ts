/** Messages of people hold no notes in another person's name, and patients' messages no addresses outside this server. */
import type { Communication } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import { localReference } from '../fhir/reference.js';

/** Markup whose reader would fetch something. */
const FETCHES = /\s(?:src|longdesc|cite|background)\s*=|url\s*\(|@import/i;

/** Notes are their author's own. Fault `forbidden`. */
export function refuseForeignNotes({ note = [] }: Communication, identities: readonly string[]): void {
  const at = note.findIndex(({ authorReference: author }) => author && !identities.includes(author.reference ?? ''));
  if (at < 0) return;
  throw new Fault('forbidden', 'A note has its writer as its author.', {
    expression: `Communication.note[${at}].author`,
  });
}

/**
 * Files are Binaries of this server, and the narrative shows nothing from elsewhere. Fault `unprocessable`.
 * @param base of this endpoint's addresses, without trailing slash
 */
export function refuseOutside({ payload = [], text }: Communication, base: string): void {
  const at = payload.findIndex(({ contentAttachment: file }) => file?.url !== undefined && !isFile(file.url, base));
  if (at >= 0) {
    throw new Fault('unprocessable', 'An attachment is sent along, or is a Binary of this server.', {
      expression: `Communication.payload[${at}].content.url`,
    });
  }
  if (FETCHES.test(text?.div ?? '')) {
    throw new Fault('unprocessable', 'The narrative must show nothing from elsewhere.', {
      expression: 'Communication.text.div',
    });
  }
}

const isFile = (url: string, base: string): boolean => localReference(url, [base])?.type === 'Binary';
