/** Fetches the keys that clients publish (jwks_uri): never from this machine or its network, unless that is allowed. */
import type { Configuration } from 'oidc-provider';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
/** Seconds that fetched keys are used at most, whatever their server says. */
const LONGEST = 24 * 3600;

/** The provider's own dispatcher refuses private addresses, gives up after some seconds, and bounds the size. */
export const clientFetch =
  (loopback: boolean): NonNullable<Configuration['fetch']> =>
  async (url, options) => {
    const { dispatcher, ...rest } = options as RequestInit & { dispatcher?: unknown };
    const direct = loopback && LOOPBACK.test(new URL(url).hostname);
    const answer = await fetch(url, { ...rest, redirect: 'error', ...(direct ? {} : { dispatcher }) });
    const headers = new Headers(answer.headers);
    headers.delete('expires');
    const [, age] = /max-age=(\d+)/.exec(headers.get('cache-control') ?? '') ?? [];
    if (Number(age ?? 0) > LONGEST) headers.set('cache-control', `max-age=${LONGEST}`);
    return new Response(answer.body, { status: answer.status, headers });
  };
