/** `POST /development/token` of demo mode: a token for any demo client and person, to a caller with demo-system's. */
import type { Clock } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import type { Authenticate } from './authenticate.js';
import { developmentToken, LIFETIME } from './development-issuer.js';
import type { SigningKey } from './signing-key.js';

export interface TokenAnswer {
  status: number;
  /** As https://www.rfc-editor.org/rfc/rfc6749#section-5 has it. */
  body: Readonly<Record<string, string | number>>;
}

/** @param params the form: `client_id`, `person` */
export type DevelopmentTokens = (params: URLSearchParams, authorization: string | undefined) => Promise<TokenAnswer>;

export function developmentTokens(key: SigningKey, authenticate: Authenticate, clock: Clock): DevelopmentTokens {
  return async (params, authorization) => {
    if (!(await isDemoSystem(authenticate, authorization))) return { status: 401, body: { error: 'invalid_client' } };
    try {
      const person = params.get('person') ?? undefined;
      const token = developmentToken(key, params.get('client_id') ?? '', person, clock.now());
      return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: LIFETIME } };
    } catch (error) {
      return { status: 400, body: { error: 'invalid_request', error_description: (error as Error).message } };
    }
  };
}

async function isDemoSystem(authenticate: Authenticate, authorization: string | undefined): Promise<boolean> {
  try {
    return (await authenticate({ headers: { authorization }, query: [] })).clientId === 'demo-system';
  } catch (error) {
    if (error instanceof Fault && error.kind === 'unauthenticated') return false;
    throw error;
  }
}
