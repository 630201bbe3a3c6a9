/** A visitor of the pages: a browser, and the network that it comes from. */
import type { WithHeaders } from '../sessions/cookies.js';
import { networkOf } from './network.js';

export interface Visitor extends WithHeaders {
  readonly network: string;
}

/** @param request whose `ip` is that of the caller, as far as trusted proxies tell it */
export const visitorOf = ({ headers, ip }: WithHeaders & { readonly ip?: string | undefined }): Visitor => ({
  headers,
  network: networkOf(ip),
});
