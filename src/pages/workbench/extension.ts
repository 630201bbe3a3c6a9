/** The portal's own extensions, by name: https://hl7.org/fhir/R4/extensibility.html */
import type { Extension } from 'fhir/r4.js';
import type { OwnCanonicals } from '../../fhir/own-canonicals.js';

interface Extended {
  readonly extension?: readonly Extension[] | undefined;
}

export const extensionsOf = ({ extension = [] }: Extended, name: string, own: OwnCanonicals): Extension[] =>
  extension.filter(({ url }) => url === own.structure(name));

export const extensionOf = (resource: Extended, name: string, own: OwnCanonicals): Extension | undefined =>
  extensionsOf(resource, name, own)[0];
