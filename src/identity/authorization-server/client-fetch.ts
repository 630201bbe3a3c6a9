/**
 * Fetches the keys that clients publish (jwks_uri). Who registers a client names their host: its addresses are checked as those of
 * every outbound call, and this machine's own network is left out.
 */
import { isIP } from 'node:net';
import type { Configuration } from 'oidc-provider';
import { createOutbound, type OutboundSettings } from '../../outbound/outbound.js';

/** Seconds that fetched keys are used at most, whatever their server says. */
const LONGEST = 24 * 3600;
/** Milliseconds and bytes. */
const LIMITS = { connect: 1500, headers: 2000, body: 2000, whole: 2500, maxBody: 65_536 };
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * @param networks CIDR blocks of private networks that may be reached
 * @param loopback clients on this machine may publish their keys from it
 */
export const clientFetch =
  ({ networks }: Pick<OutboundSettings, 'networks'>, loopback: boolean): NonNullable<Configuration['fetch']> =>
  async (given, init) => {
    const address = given instanceof Request ? given.url : String(given);
    const { hostname, host } = new URL(address);
    const isName = isIP(hostname.replace(/^\[|\]$/g, '')) === 0 && hostname !== 'localhost';
    if (!isName && !(loopback && LOOPBACK.test(hostname)))
      throw new Error('keys of clients are fetched from hosts with a name');
    const outbound = createOutbound({ hosts: [host], networks }, { limits: LIMITS });
    try {
      const answer = await outbound.fetch(address, { headers: Object.fromEntries(new Headers(init?.headers)) });
      return new Response(await answer.arrayBuffer(), { status: answer.status, headers: bounded(answer.headers) });
    } finally {
      outbound.close();
    }
  };

function bounded(given: Headers): Headers {
  const headers = new Headers(given);
  headers.delete('expires');
  const [, age] = /max-age=(\d+)/.exec(headers.get('cache-control') ?? '') ?? [];
  if (Number(age ?? 0) > LONGEST) headers.set('cache-control', `max-age=${LONGEST}`);
  return headers;
}
