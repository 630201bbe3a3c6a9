/** Introspection of opaque tokens. https://www.rfc-editor.org/rfc/rfc7662 */
import { isFor, LEEWAY } from '../../access/jwt.js';
import type { TokenIssuerConfig } from '../../config/token-issuers.js';
import type { JsonObject } from '../../fhir/resource.js';
import { callIssuer, cannotAsk, type CallParts } from './issuer-call.js';
import { textOf, type GoodToken } from './token-facts.js';

/** What the issuer says about a token of its own that is good now and for this server; undefined for any other. */
export async function introspect(
  token: string,
  issuer: TokenIssuerConfig,
  now: number,
  parts: CallParts,
): Promise<Omit<GoodToken, 'userInfo'> | undefined> {
  const { introspection } = issuer;
  if (!introspection) return undefined;
  const body = new URLSearchParams({ token, token_type_hint: 'access_token' });
  const headers = { authorization: basic(introspection) };
  const call = await callIssuer('introspection', introspection.url, { method: 'POST', headers, body }, parts);
  // It is this server that the issuer does not know.
  if (call.status !== 200) throw cannotAsk(`introspection: answer ${call.status}`, parts);
  return goodToken(call.body, issuer, now);
}

/** https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 */
function basic({ clientId, clientSecret }: NonNullable<TokenIssuerConfig['introspection']>): string {
  const [name, secret] = [clientId, clientSecret].map(text => new URLSearchParams({ '': text }).toString().slice(1));
  return `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;
}

/** An issuer that says no end is asked again all the same. */
function goodToken(
  answer: JsonObject,
  { issuer, audience, clients }: TokenIssuerConfig,
  now: number,
): Omit<GoodToken, 'userInfo'> | undefined {
  const { active, iss, aud, exp, nbf, sub, token_type: type } = answer;
  const subject = textOf(sub);
  const isGood =
    active === true &&
    (iss === undefined || iss === issuer) &&
    (aud === undefined ? clients !== undefined : isFor(aud, audience)) &&
    (type === undefined || String(type).toLowerCase() === 'bearer') &&
    (exp === undefined || (typeof exp === 'number' && exp * 1000 > now)) &&
    (nbf === undefined || (typeof nbf === 'number' && nbf * 1000 <= now + LEEWAY * 1000));
  if (!isGood || subject === undefined) return undefined;
  return { subject, expires: typeof exp === 'number' ? exp * 1000 : Infinity, token: answer };
}
