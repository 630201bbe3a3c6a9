/** Addresses that this server calls with secrets: https, or http to this machine. */
import { isIP } from 'node:net';
import { z } from 'zod';

export const secureAddress = z.url().refine(isSecureAddress);

function isSecureAddress(text: string): boolean {
  const { protocol, hostname, username, password } = new URL(text);
  const here =
    hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'));
  return !username && !password && (protocol === 'https:' || (protocol === 'http:' && here));
}
