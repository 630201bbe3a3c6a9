/**
 * What patients see of the directory, and of those who act for them: elements that are private to others are cut out, and
 * cannot be searched by. Of what they are themselves they see everything.
 */
import type { Resource } from '../fhir/resource.js';

export interface PublicView {
  /** Top-level elements that are cut out. */
  readonly hidden: ReadonlySet<string>;
  /** Search parameters that read hidden elements. */
  readonly parameters: ReadonlySet<string>;
  /** The resources of the type that are cut; absent: all. */
  readonly of?: (resource: Resource) => boolean;
}

export const EVERYTHING: PublicView = { hidden: new Set(), parameters: new Set() };

const view = (hidden: readonly string[], parameters: readonly string[]): PublicView => ({
  hidden: new Set(hidden),
  parameters: new Set(parameters),
});

/** Full-text parameters read every element, so they go wherever an element does. */
const fullText = ['_text', '_content', '_filter'];

export const directory: Readonly<Record<string, PublicView>> = {
  Practitioner: view(
    ['text', 'contained', 'extension', 'telecom', 'address', 'gender', 'birthDate', 'photo', 'communication'],
    [
      ...['address', 'address-city', 'address-country', 'address-postalcode', 'address-state', 'address-use'],
      ...['email', 'phone', 'telecom', 'gender', 'communication'],
      ...fullText,
    ],
  ),
  PractitionerRole: view(['text', 'contained'], fullText),
  Organization: view(['text', 'contained', 'contact'], fullText),
  // Two proxies of one patient need not know where to reach each other.
  RelatedPerson: view(
    ['text', 'contained', 'identifier', 'telecom', 'address', 'gender', 'birthDate', 'photo', 'communication'],
    [
      ...['address', 'address-city', 'address-country', 'address-postalcode', 'address-state', 'address-use'],
      ...['email', 'phone', 'telecom', 'gender', 'birthdate', 'identifier'],
      ...fullText,
    ],
  ),
  Endpoint: view(['text', 'contained', 'header', 'contact'], fullText),
};
