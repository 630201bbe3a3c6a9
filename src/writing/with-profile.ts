/** A resource that is held against a profile, whether or not a client names it. */
import type { Resource } from '../fhir/resource.js';

/** @param profile canonical URL */
export function withProfile(resource: Resource, profile: string): Resource {
  const { meta } = resource as Resource & { meta?: { profile?: string[] } };
  return { ...resource, meta: { ...meta, profile: [...new Set([...(meta?.profile ?? []), profile])] } };
}
