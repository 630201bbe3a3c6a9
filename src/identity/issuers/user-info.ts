/** Claims about the person of a token. https://openid.net/specs/openid-connect-core-1_0.html#UserInfo */
import type { JsonObject } from '../../fhir/resource.js';
import { callIssuer, type CallParts } from './issuer-call.js';

/** Undefined where the issuer does not take the token, or speaks of somebody else. */
export async function userInfoOf(
  token: string,
  subject: string,
  url: string,
  parts: CallParts,
): Promise<JsonObject | undefined> {
  const { status, body } = await callIssuer('userInfo', url, { headers: { authorization: `Bearer ${token}` } }, parts);
  return status === 200 && body['sub'] === subject ? body : undefined;
}
