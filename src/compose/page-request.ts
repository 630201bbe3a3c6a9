/** What the server's own pages ask an endpoint: the same dispatch as the API, with a token or as anybody. */
import type { Config } from '../config/config.js';
import type { World } from '../fhir/clock.js';
import { defined } from '../fhir/defined.js';
import { etag } from '../fhir/etag.js';
import type { FhirRequest, RequestBody } from '../fhir/request.js';
import type { Resource } from '../fhir/resource.js';

export interface PageCall extends Pick<FhirRequest, 'method' | 'path'>, Partial<Pick<FhirRequest, 'query'>> {
  readonly resource?: Resource | undefined;
  /** Absent: anybody asks. */
  readonly token?: string;
  readonly content?: { readonly type: string; readonly bytes: AsyncIterable<Uint8Array> };
  /** The version that is changed. */
  readonly version?: string;
  /** Of the texts that tell people why something is refused. */
  readonly language?: string;
}

/** @param base the endpoint's public base, without a trailing slash */
export const pageRequest = (
  base: string,
  { method, path, query = [], resource, content, token, version, language }: PageCall,
  { config, world }: { readonly config: Pick<Config, 'limits'>; readonly world: Pick<World, 'clock' | 'ids'> },
): FhirRequest => ({
  ...{ method, base, path, query, id: world.ids.next() },
  headers: defined({
    authorization: token === undefined ? undefined : `Bearer ${token}`,
    'if-match': version === undefined ? undefined : etag(version),
    'accept-language': language,
    prefer: content && 'return=minimal',
  }),
  deadline: world.clock.now() + config.limits.requestTimeout,
  ...defined({ body: bodyOf(resource, content) }),
});

function bodyOf(resource: PageCall['resource'], content: PageCall['content']): RequestBody | undefined {
  if (content) return { kind: 'stream', bytes: content.bytes, contentType: content.type };
  return resource && { kind: 'resource', resource };
}
