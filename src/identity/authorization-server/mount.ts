/**
 * The authorization server as a mounted tree. The provider is made when it is first asked: a server that issues no tokens starts
 * without it. https://github.com/panva/node-oidc-provider/blob/main/docs/README.md#mounting-oidc-provider
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { MOUNT, routes, type Addresses } from './addresses.js';

export interface Mount {
  path: string;
  handler(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** Bytes of an authorization request by POST; as an address it must fit the header fields. */
const FORM_LIMIT = 8192;

export function mountProvider(provider: () => Promise<Provider>, { issuer }: Addresses): Mount {
  const { host, protocol, pathname } = new URL(issuer);
  return {
    path: MOUNT,
    async handler(request, response) {
      // Every address in an answer is the public one, whatever a caller names this server.
      Object.assign(request.headers, { host, 'x-forwarded-proto': protocol.slice(0, -1) });
      delete request.headers['x-forwarded-host'];
      Object.assign(request, { originalUrl: pathname + (request.url ?? '') });
      response.setHeader('x-content-type-options', 'nosniff');
      response.setHeader('referrer-policy', 'no-referrer');
      response.setHeader('pragma', 'no-cache');
      const [path] = (request.url ?? '').split('?', 1);
      if (request.method === 'POST' && path === routes.authorization) await asAddress(request, response, issuer);
      else await (await provider()).callback()(request, response);
    },
  };
}

/** A request by POST goes on as the same one by GET: browsers send their cookies along with that alone. */
async function asAddress(request: IncomingMessage, response: ServerResponse, issuer: string): Promise<void> {
  const form = await formOf(request);
  const headers = { 'cache-control': 'no-store', 'content-length': 0 };
  if (form === undefined) response.writeHead(413, headers);
  else response.writeHead(303, { ...headers, location: `${issuer}${routes.authorization}?${form.toString()}` });
  response.end();
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > FORM_LIMIT) return undefined;
  }
  return new URLSearchParams(text);
}
