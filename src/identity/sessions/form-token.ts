/**
 * Forms of pages are sent by pages of this server alone: the browser says where a form comes from, and each form holds a token
 * that belongs to the browser. https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { Random } from '../../fhir/clock.js';
import { newSecret } from '../../fhir/secret.js';
import type { Cookies, WithHeaders } from './cookies.js';

export interface FormTokens {
  /** The token for forms of a page, and the Set-Cookie field that must go with it where the browser has no name yet. */
  issue(request: WithHeaders): { token: string; cookie: string | undefined };
  /** Whether a form with this token comes from a page of this server, in this browser. */
  accepts(request: WithHeaders, token: unknown): boolean;
  /** The secret of the browser that forms are sent from; undefined where it has none yet. */
  browserOf(request: WithHeaders): string | undefined;
}

const COOKIE = 'browser';

/** Seconds that a browser keeps its name: as long as it is known for the sign-ins in it. */
const KEPT = 180 * 24 * 3600;

/** @param url the server's public address */
export function createFormTokens(
  secret: KeyObject,
  { cookies, random, url }: { cookies: Cookies; random: Random; url: string },
): FormTokens {
  const tokenOf = (browser: string): Buffer => createHmac('sha256', secret).update(`form:${browser}`).digest();
  const { origin } = new URL(url);
  return {
    issue(request) {
      const known = cookies.read(request, COOKIE);
      const browser = known ?? newSecret(random);
      const cookie = known === undefined ? cookies.set(COOKIE, browser, KEPT) : undefined;
      return { token: tokenOf(browser).toString('base64url'), cookie };
    },
    accepts(request, token) {
      const browser = cookies.read(request, COOKIE);
      if (browser === undefined || typeof token !== 'string' || !isSameOrigin(request, origin)) return false;
      const given = Buffer.from(token, 'base64url');
      const expected = tokenOf(browser);
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
    browserOf: request => cookies.read(request, COOKIE),
  };
}

/**
 * Pages without a referrer send the origin `null`; there Sec-Fetch-Site says where the form comes from.
 * https://fetch.spec.whatwg.org/#append-a-request-origin-header, https://www.w3.org/TR/fetch-metadata/
 */
function isSameOrigin({ headers }: WithHeaders, own: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  const { origin, host = '' } = headers;
  if (origin === undefined || origin === own) return true;
  // A machine has several names: the cookie belongs to the one of this request.
  return origin === 'null' ? site === 'same-origin' : origin.replace(/^https?:\/\//, '') === host;
}
