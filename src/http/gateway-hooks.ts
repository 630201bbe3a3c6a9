/** `/hooks/sms/status` and `/hooks/sms/inbound`: calls of the gateway of text messages. Their answers have no body. */
import type { IncomingMessage } from 'node:http';
import type { Mount } from './app.js';

/** A call, with the bytes of its body as they came: they are signed. */
export interface HookCall {
  readonly about: 'status' | 'inbound';
  readonly method: string;
  /** From the public base of this server on. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Bytes of a call's body. */
const MOST = 65_536;

/** @param base public, of this server, without a trailing slash */
export function gatewayHooks(base: string, receive: (call: HookCall) => Promise<number>): Mount {
  return {
    path: '/hooks/sms',
    handler: async (request, response, next) => {
      const about = request.path.slice(1);
      if (about !== 'status' && about !== 'inbound') return next();
      const { method, headers, originalUrl } = request;
      const answer = (status: number): void => void response.status(status).set('Cache-Control', 'no-store').end();
      if (method !== 'POST' && method !== 'GET') return answer(405);
      const body = await bytesOf(request);
      answer(body ? await receive({ about, method, url: `${base}${originalUrl}`, headers, body }) : 413);
    },
  };
}

async function bytesOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
