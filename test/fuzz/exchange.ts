/** Sends a request as it is written, over connections that are kept, and takes the time. */
import { request, type Agent, type IncomingHttpHeaders } from 'node:http';
import { processorTime } from '../fixtures/processor-time.js';

export interface Sent {
  method: string;
  /** The request target. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: Buffer;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Milliseconds of processor time to the last byte, those for others at the same time included. */
  ms: number;
}

export function exchange(agent: Agent, port: number, { method, path, headers, body }: Sent): Promise<Answer> {
  const began = processorTime();
  return new Promise((resolve, reject) => {
    const length: Record<string, number> = body ? { 'content-length': body.length } : {};
    const call = request(
      { agent, host: '127.0.0.1', port, method, path, headers: { ...length, ...headers } },
      response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status = 0, headers: answered } = response;
          resolve({ status, headers: answered, body: Buffer.concat(chunks), ms: processorTime() - began });
        });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

/** A request as a person reads it in a failed test. */
export const shown = ({ method, path, headers, body }: Sent): string =>
  `${method} ${path.slice(0, 500)} ${JSON.stringify({ ...headers, authorization: undefined }).slice(0, 300)} ${(body?.toString('latin1') ?? '').slice(0, 1500)}`;
