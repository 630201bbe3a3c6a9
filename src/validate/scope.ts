/** What a check may look at beside the value itself. */
import type { Definitions } from '../definitions/definitions.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { Report } from './report.js';

export interface Scope {
  readonly definitions: Definitions;
  readonly report: Report;
  /** The resource that the value is in: FHIRPath's %resource. */
  readonly resource: Resource;
  /** Where that one is contained, the container: FHIRPath's %rootResource. */
  readonly container: Resource;
  /** The container's contained resources: type by id. */
  readonly contained: ReadonlyMap<string, string>;
  /** Where they are in a Bundle: the type of its entries by fullUrl. */
  readonly bundle: ReadonlyMap<string, string> | undefined;
}

/** Fields of a checked object, without casts at every use. */
export const text = (value: JsonObject | undefined, name: string): string | undefined =>
  value?.[name] as string | undefined;

export const child = (value: JsonObject | undefined, name: string): JsonObject | undefined =>
  value?.[name] as JsonObject | undefined;

export const list = (value: JsonObject | undefined, name: string): readonly JsonObject[] =>
  (value?.[name] as JsonObject[] | undefined) ?? [];
