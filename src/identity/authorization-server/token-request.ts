/**
 * A token request as the provider takes it. SMART lists no client id among the parameters of a refresh, and public clients leave it out:
 * it is that of the refresh token. https://hl7.org/fhir/smart-app-launch/app-launch.html#refresh-access-token
 */
import { IncomingMessage } from 'node:http';
import { secretHash } from '../../fhir/secret.js';
import type { Clock } from '../../fhir/clock.js';
import type { Records } from '../../store/port.js';
import { formOf } from './form.js';

/** Characters of a form: assertions and long lists of scopes have room. */
const FORM_LIMIT = 65_536;

/** The client that a refresh token was issued to; undefined where there is none. */
export type ClientOfRefreshToken = (token: string) => Promise<string | undefined>;

export const refreshTokensIn =
  (records: Pick<Records, 'get'>, clock: Clock): ClientOfRefreshToken =>
  async token => {
    const document = await records.get('oauth-RefreshToken', secretHash(token), clock.now());
    const client = document?.value['clientId'];
    return typeof client === 'string' ? client : undefined;
  };

/** The request, with the client's id where it is missing; undefined where its body is too large. */
export async function naming(
  request: IncomingMessage,
  clientOf: ClientOfRefreshToken,
): Promise<IncomingMessage | undefined> {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '');
  if (!isForm || request.headers.authorization !== undefined) return request;
  const form = await formOf(request, FORM_LIMIT);
  if (!form) return undefined;
  const token = form.get('refresh_token');
  const isNamed = form.has('client_id') || form.has('client_assertion');
  const client = isNamed || token === null ? undefined : await clientOf(token);
  if (client !== undefined) form.set('client_id', client);
  return withBody(request, form.toString());
}

/** A request is read once: another one of the same head takes its place. */
function withBody(request: IncomingMessage, text: string): IncomingMessage {
  const copy = new IncomingMessage(request.socket);
  const { 'transfer-encoding': _none, ...headers } = request.headers;
  const { method, url, httpVersion } = request;
  // A request that is not complete takes its connection along when it ends.
  Object.assign(copy, {
    method,
    url,
    httpVersion,
    complete: true,
    headers: { ...headers, 'content-length': String(text.length) },
  });
  copy.push(text);
  copy.push(null);
  return copy;
}
