/**
 * A FHIR resource as JSON (https://hl7.org/fhir/R4/json.html). The kernel treats resources as plain JSON objects; typed
 * views come from @types/fhir where a module knows which resource it holds.
 */
export type Json = string | number | boolean | null | Decimal | Json[] | JsonObject;

export interface JsonObject {
  [name: string]: Json | undefined;
}

/**
 * A decimal whose text does not survive a JavaScript number (`1.00`, `1e400`): V8's raw JSON value, which
 * `JSON.stringify` writes back exactly as it came. See json.ts.
 */
export interface Decimal {
  readonly rawJSON: string;
}

export interface Meta extends JsonObject {
  versionId?: string;
  lastUpdated?: string;
  profile?: string[];
}

export interface Resource extends JsonObject {
  resourceType: string;
  id?: string;
  meta?: Meta;
}

/** A typed resource as the plain JSON that it is. */
export const asJson = (resource: object & { resourceType: string }): Resource => resource;

/** Plain JSON that has the shape of its type, by that type. */
export const typed = <T extends { resourceType: string }>(resource: Resource): T => resource as unknown as T;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
