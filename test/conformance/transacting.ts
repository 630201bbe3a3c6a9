/** Entries of transactions, and what their answers tell. */
import { randomUUID } from 'node:crypto';
import type { BundleEntry } from 'fhir/r4.js';
import type { Resource } from '../../src/fhir/resource.js';
import { asBundle, type Answer, type Rest } from './rest.js';

export const entries = ({ body }: Answer): BundleEntry[] => asBundle(body).entry ?? [];
export const post = (resource: Resource, more: object = {}, fullUrl = urn()): object => ({
  fullUrl,
  resource,
  request: { method: 'POST', url: resource.resourceType, ...more },
});
export const urn = (): string => `urn:uuid:${randomUUID()}`;

/** `Patient/1`, of a location or a resource. */
export const named = (entry: BundleEntry | undefined): string =>
  /(\w+\/[^/]+)\/_history\/\d+$/.exec(entry?.response?.location ?? '')?.[1] ?? '';

export async function versions(rest: Rest): Promise<unknown> {
  return (await rest.expect(200, 'GET', '_history?_count=0')).body['total'];
}

/** A JSON Patch as an entry holds it. */
export const jsonPatch = (patch: object = [{ op: 'add', path: '/active', value: true }]): Resource => ({
  resourceType: 'Binary',
  contentType: 'application/json-patch+json',
  data: Buffer.from(JSON.stringify(patch)).toString('base64'),
});
