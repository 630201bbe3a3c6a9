/**
 * The authorization server as a mounted tree. The provider is made when it is first asked: a server that issues no tokens starts
 * without it. https://github.com/panva/node-oidc-provider/blob/main/docs/README.md#mounting-oidc-provider
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { MOUNT, routes, type Addresses } from './addresses.js';
import { formOf } from './form.js';
import { naming, type ClientOfRefreshToken } from './token-request.js';

export interface Mount {
  path: string;
  handler(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** Characters of an authorization request by POST; as an address it must fit the header fields. */
const FORM_LIMIT = 8192;

/** Path of its metadata below its own address, and before it. https://www.rfc-editor.org/rfc/rfc8414#section-3.1 */
const METADATA = '/.well-known/oauth-authorization-server';

/** @param clientOf whose refresh token it is */
export function mountProvider(
  provider: () => Promise<Provider>,
  { issuer }: Addresses,
  clientOf: ClientOfRefreshToken,
): Mount[] {
  const { host, protocol, pathname } = new URL(issuer);
  const handler: Mount['handler'] = async (request, response) => {
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'no-referrer');
    response.setHeader('pragma', 'no-cache');
    const [path] = (request.url ?? '').split('?', 1);
    const isPost = request.method === 'POST';
    if (isPost && path === routes.authorization) return asAddress(request, response, issuer);
    const asked = isPost && path === routes.token ? await naming(request, clientOf) : request;
    if (!asked) return tooLarge(response);
    // Every address in an answer is the public one, whatever a caller names this server.
    Object.assign(asked.headers, { host, 'x-forwarded-proto': protocol.slice(0, -1) });
    delete asked.headers['x-forwarded-host'];
    Object.assign(asked, { originalUrl: pathname + (asked.url ?? '') });
    await (await provider()).callback()(asked, response);
  };
  return [
    { path: MOUNT, handler },
    {
      path: METADATA + pathname,
      handler: (request, response) => handler(Object.assign(request, { url: METADATA }), response),
    },
  ];
}

/** A request by POST goes on as the same one by GET: browsers send their cookies along with that alone. */
async function asAddress(request: IncomingMessage, response: ServerResponse, issuer: string): Promise<void> {
  const form = await formOf(request, FORM_LIMIT);
  if (!form) return tooLarge(response);
  const location = `${issuer}${routes.authorization}?${form.toString()}`;
  response.writeHead(303, { 'cache-control': 'no-store', 'content-length': 0, location }).end();
}

function tooLarge(response: ServerResponse): void {
  response.writeHead(413, { 'cache-control': 'no-store', 'content-length': 0 }).end();
}
