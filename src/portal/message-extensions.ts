/** Extensions of a message that the server alone writes: forged ones are dropped. */
import type { Communication, Extension } from 'fhir/r4.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';

/**
 * `author`: of a draft. `delivery`: of notices. `read`: by whom. `reply-allowed`: whether patients may answer. `reply-to`: whose
 * own inbox takes their answers.
 */
type OwnExtension = 'author' | 'delivery' | 'read' | 'reply-allowed' | 'reply-to';

const OWN: readonly OwnExtension[] = ['author', 'delivery', 'read', 'reply-allowed', 'reply-to'];

const urlsOf = (own: OwnCanonicals): Set<string> => new Set(OWN.map(name => own.structure(name)));

/** The message without extensions that the server writes. */
export const withoutOwn = (message: Communication, own: OwnCanonicals): Communication =>
  withExtensions(message, outsideOwn(message, own));

/** The message with these, and with the server's extensions of another version of it. */
export function withOwnOf(message: Communication, other: Communication, own: OwnCanonicals): Communication {
  const urls = urlsOf(own);
  const kept = (other.extension ?? []).filter(({ url }) => urls.has(url));
  return withExtensions(message, [...outsideOwn(message, own), ...kept]);
}

/** The message with one more extension. */
export const extended = (message: Communication, ...added: Extension[]): Communication =>
  withExtensions(message, [...(message.extension ?? []), ...added]);

export const extensionOf = (
  { extension = [] }: Pick<Communication, 'extension'>,
  name: OwnExtension,
  own: OwnCanonicals,
): Extension | undefined => extension.find(({ url }) => url === own.structure(name));

function outsideOwn({ extension = [] }: Communication, own: OwnCanonicals): Extension[] {
  const urls = urlsOf(own);
  return extension.filter(({ url }) => !urls.has(url));
}

function withExtensions({ extension: _before, ...rest }: Communication, extension: Extension[]): Communication {
  return extension.length === 0 ? rest : { ...rest, extension };
}
