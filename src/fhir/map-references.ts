/** Replaces the links in a resource. https://hl7.org/fhir/R4/references.html, https://hl7.org/fhir/R4/http.html#trules */
import { isObject, type Json, type JsonObject } from './resource.js';

/** Elements that hold a link to another resource: Reference.reference, and uris (an Attachment's url); canonicals stay as they are. */
const LINKS = new Set(['reference', 'url', 'uri', 'valueUri', 'valueUrl', 'instantiatesUri']);

export type Replace = (text: string, name: string) => string;

/** The value with every link in it replaced; `replace` gets the link and the name of its element. */
export function mapReferences(value: Json, replace: Replace): Json {
  if (Array.isArray(value)) return value.map(one => mapReferences(one, replace));
  if (!isObject(value) || isRawNumber(value)) return value;
  const mapped: JsonObject = {};
  for (const [name, one] of Object.entries(value)) {
    if (one === undefined) continue;
    mapped[name] =
      typeof one === 'string' && LINKS.has(name)
        ? replace(one, name)
        : typeof one === 'string' && name === 'div'
          ? inNarrative(one, replace)
          : mapReferences(one, replace);
  }
  return mapped;
}

/** Links and images in narrative follow too. */
const inNarrative = (div: string, replace: Replace): string =>
  div.replace(
    /(href|src)="(urn:[^"]+)"/gi,
    (_all, attribute: string, url: string) => `${attribute}="${replace(url, attribute)}"`,
  );

/** A raw JSON number is an object to JavaScript and a value to FHIR. */
const isRawNumber = (value: object): boolean => 'rawJSON' in value && Object.isFrozen(value);
