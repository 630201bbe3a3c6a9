/**
 * Demo mode serves anybody who reaches it, e-mails and tokens included. It reads the Host field, so that no page of the web can
 * make a browser on this machine read them under a name of its own (DNS rebinding).
 */
import type { IncomingMessage } from 'node:http';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/** Whether the request names this server by its public address or by the machine itself. */
export function namesThisServer({ headers }: Pick<IncomingMessage, 'headers'>, url: string): boolean {
  const { host = '' } = headers;
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return LOOPBACK.test(name) || name === new URL(url).hostname.toLowerCase();
}
