/** Addresses in a resource that lead to pages of the same endpoint. */
import { localReference } from '../../fhir/reference.js';

/** An endpoint as its pages see it. */
export interface PageBase {
  /** `/fhir/portal` */
  readonly path: string;
  /** Its public URL, without trailing slash. */
  readonly url: string;
}

/** The path of what a literal reference names, if that is at this endpoint. */
export function referencePath(reference: string, { path, url }: PageBase): string | undefined {
  const found = localReference(reference, [url]);
  if (!found) return undefined;
  const { type, id, versionId } = found;
  return `${path}/${type}/${id}${versionId === undefined ? '' : `/_history/${versionId}`}`;
}

/** The path of an absolute address at this endpoint, with its query; undefined for any other address. */
export const addressPath = (address: string, { path, url }: PageBase): string | undefined =>
  address === url || address.startsWith(`${url}/`) || address.startsWith(`${url}?`)
    ? path + address.slice(url.length)
    : undefined;
