/** What a check may look at beside the value itself. */
import type { Definitions } from '../definitions/definitions.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { Steps } from '../fhir/steps.js';
import type { Path, Report } from './report.js';

export interface CheckContext {
  readonly definitions: Definitions;
  readonly report: Report;
  /** The resource that the value is in: FHIRPath's %resource. */
  readonly resource: Resource;
  /** Where that resource is. */
  readonly at: Path;
  /** Where that one is contained, the container: FHIRPath's %rootResource. */
  readonly container: Resource;
  /** The container's contained resources by id. */
  readonly contained: ReadonlyMap<string, Resource>;
  /** Where they are in a Bundle: the resources of its entries by fullUrl. */
  readonly bundle: ReadonlyMap<string, Resource> | undefined;
  /** Whether values, and resources that are referred to, meet profiles: answers by profile, each found once. */
  readonly met: WeakMap<JsonObject, Map<string, boolean>>;
  /** For the expressions of definitions that were posted. */
  readonly steps: Steps;
  /** The resource is looked at because of a reference to it. */
  readonly isTarget?: true;
}

/** Fields of a checked object, without casts at every use. */
export const text = (value: JsonObject | undefined, name: string): string | undefined =>
  value?.[name] as string | undefined;

export const child = (value: JsonObject | undefined, name: string): JsonObject | undefined =>
  value?.[name] as JsonObject | undefined;

export const list = (value: JsonObject | undefined, name: string): readonly JsonObject[] =>
  (value?.[name] as JsonObject[] | undefined) ?? [];
