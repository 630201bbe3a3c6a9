/** `POST /development/token` of demo mode: a form in, an OAuth token answer out. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DevelopmentTokens } from '../access/development-token.js';

const MAX_FORM = 4096;

export function developmentRoute(tokens: DevelopmentTokens, isOwnHost: (request: IncomingMessage) => boolean) {
  return {
    path: '/development/token',
    handler: async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const form = request.method === 'POST' && isOwnHost(request) ? await formOf(request) : undefined;
      const answer = form
        ? await tokens(form, request.headers.authorization)
        : { status: 400, body: { error: 'invalid_request' } };
      response.writeHead(answer.status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(answer.body));
    },
  };
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_FORM) return undefined;
  }
  return new URLSearchParams(text);
}
