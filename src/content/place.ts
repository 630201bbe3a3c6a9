/**
 * Where the content of a stored Binary is: in its JSON text, or in a blob. For a blob the resource carries an internal
 * extension in the place of `data`, which never leaves the server. https://hl7.org/fhir/R4/binary.html
 */
import { lazyResource } from '../fhir/lazy-resource.js';
import type { Resource } from '../fhir/resource.js';
import type { Version } from '../store/port.js';

const BLOB = 'https://portico.health/fhir/StructureDefinition/blob';
/** Of content that is held: it begins as the other does. */
const HELD_BLOB = `${BLOB}-held`;

/** Content in a blob, as an Attachment. https://hl7.org/fhir/R4/datatypes.html#Attachment */
export interface ContentPlace {
  /** The blob's id. */
  url: string;
  /** Bytes. */
  size: number;
  /** SHA-256 of the bytes, in base64. */
  hash: string;
  /** Nobody reads it: whether it holds a virus is not known. */
  held?: true;
}

interface PlaceElement {
  extension: [{ url: string; valueAttachment: Omit<ContentPlace, 'held'> }];
}

/** Elements that this process made: one that comes with a request is forged. */
const made = new WeakSet<object>();

/** The element `_data` of a resource whose content is there. */
export function placeElement({ held, ...valueAttachment }: ContentPlace): PlaceElement {
  const element: PlaceElement = { extension: [{ url: held ? HELD_BLOB : BLOB, valueAttachment }] };
  made.add(element);
  return element;
}

/** Whether the element was made here, and not by a caller. */
export const isOwn = (element: unknown): boolean =>
  typeof element === 'object' && element !== null && made.has(element);

/** The blob of a resource in its stored form; undefined where the content is in its text. */
export function placeOf(resource: Resource): ContentPlace | undefined {
  const { url, valueAttachment } = extensionOf(resource) ?? {};
  return url === HELD_BLOB && valueAttachment ? { ...valueAttachment, held: true } : valueAttachment;
}

/** Whether the resource names a blob, in a form that is stored or in any other. */
export const namesBlob = (resource: Resource): boolean => extensionOf(resource) !== undefined;

function extensionOf({ resourceType, _data: element }: Resource): Partial<PlaceElement['extension'][0]> | undefined {
  if (resourceType !== 'Binary') return undefined;
  const { extension } = (element ?? {}) as { extension?: unknown };
  if (!Array.isArray(extension)) return undefined;
  return (
    (extension as ({ url?: string } | null)[]).find(one => one?.url === BLOB || one?.url === HELD_BLOB) ?? undefined
  );
}

/** The same for a stored version, whose text is looked at no further than it must be. */
export const placeOfVersion = ({ key, json }: Pick<Version, 'key' | 'json'>): ContentPlace | undefined =>
  key.type === 'Binary' && json.includes(BLOB) ? placeOf(lazyResource(json)) : undefined;
