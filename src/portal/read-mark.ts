/** Extensions of a message that the server alone writes. */
import type { Communication } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';

const OWN = ['read', 'delivery'];

/** A new message without them: it has been read by nobody, and nobody has been notified of it. */
export function withoutMarks(message: Communication, own: OwnCanonicals): Communication {
  const { extension = [], ...rest } = message;
  const written = new Set(OWN.map(name => own.structure(name)));
  const kept = extension.filter(({ url }) => !written.has(url));
  return { ...rest, ...defined({ extension: kept.length === 0 ? undefined : kept }) };
}
