/** Extension `virus-scan` of an attachment: why the file does not open. The server alone writes it. */
import type { Attachment, Communication } from 'fhir/r4.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Effect } from './effect.js';
import type { ScanState } from './message-file.js';

/** The attachment with this state, or with none. */
export function withScan(attachment: Attachment, state: ScanState | undefined, own: OwnCanonicals): Attachment {
  const url = own.structure('virus-scan');
  const { extension = [], ...rest } = attachment;
  const all = extension.filter(one => one.url !== url);
  if (state) all.push({ url, valueCode: state });
  return all.length === 0 ? rest : { extension: all, ...rest };
}

export const scanOf = ({ extension = [] }: Attachment, own: OwnCanonicals): string | undefined =>
  extension.find(({ url }) => url === own.structure('virus-scan'))?.valueCode;

/** Whether a file of the message is held. */
export const hasHeldFile = ({ payload = [] }: Communication, own: OwnCanonicals): boolean =>
  payload.some(({ contentAttachment }) => contentAttachment && scanOf(contentAttachment, own) === 'held');

/** The message once the scan of a file of it has ended; the same object where it has no such file. */
export function withVerdict(
  message: Communication,
  file: `Binary/${string}`,
  state: 'infected' | undefined,
  own: OwnCanonicals,
): Communication {
  const isMeant = (one: Attachment | undefined): one is Attachment => one?.url === file && scanOf(one, own) === 'held';
  const { payload = [] } = message;
  if (!payload.some(({ contentAttachment }) => isMeant(contentAttachment))) return message;
  const told = payload.map(part =>
    isMeant(part.contentAttachment)
      ? { ...part, contentAttachment: withScan(part.contentAttachment, state, own) }
      : part,
  );
  return { ...message, payload: told };
}

/** The notice to the person who sent the message: a file of it does not arrive. A group has no address; a draft's author sees it. */
export function refusedFile({ id, status, sender }: Communication): Effect[] {
  const reference = sender?.reference ?? '';
  if (status !== 'completed' || !/^(Patient|RelatedPerson|Practitioner)\//.test(reference)) return [];
  const about = `Communication/${id}`;
  return [{ kind: 'notice', event: 'file-refused', about, persons: [{ reference }], parameters: {} }];
}
