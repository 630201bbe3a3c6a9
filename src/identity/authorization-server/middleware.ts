/**
 * What SMART App Launch asks of requests and answers beside the provider's own options.
 * https://github.com/panva/node-oidc-provider/blob/main/docs/README.md#pre--and-post-middlewares
 */
import type { KoaContextWithOIDC } from 'oidc-provider';

type Body = Readonly<Record<string, unknown>>;

export async function smartMiddleware(context: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  if (context.method === 'GET' && context.path === '/authorize') completeRequest(context);
  await next();
  dropSession(context);
  const body = context.body as Body | undefined;
  // Of an address that the provider does not serve there is no route.
  const { oidc } = context as Partial<KoaContextWithOIDC>;
  if (body && oidc) completeAnswer(context, body);
}

/**
 * Without `prompt=consent` the provider drops offline_access, and answers from an earlier grant. A code comes back in the address alone: the
 * form of `form_post` is a page of the provider's own.
 */
function completeRequest(context: KoaContextWithOIDC): void {
  const { prompt = '', response_mode: mode } = context.query as { prompt?: unknown; response_mode?: unknown };
  if (mode === 'form_post') context.query = { ...context.query, response_mode: 'unsupported' };
  if (typeof prompt !== 'string') return;
  const prompts = prompt.split(' ').filter(word => word !== '');
  if (prompts.includes('none') || prompts.includes('consent')) return;
  context.query = { ...context.query, prompt: [...prompts, 'consent'].join(' ') };
}

const SESSION_COOKIE = /^_session(\.sig)?=/;

/** The provider's own session is kept nowhere, so its cookie means nothing. */
function dropSession(context: KoaContextWithOIDC): void {
  const all = (context.response.headers['set-cookie'] ?? []) as string | readonly string[];
  const cookies = [all].flat().filter(cookie => !SESSION_COOKIE.test(cookie));
  if (cookies.length > 0) context.set('set-cookie', cookies);
  else context.remove('set-cookie');
}

function completeAnswer(context: KoaContextWithOIDC, body: Body): void {
  const { route, entities } = context.oidc;
  // The keys that a client publishes cannot be had: it has not shown who it is.
  if (body['error'] === 'invalid_client_metadata') answer(context, 401, { error: 'invalid_client' });
  // What the provider could do and this server does not.
  else if (route === 'discovery') {
    const claims = (body['claims_supported'] as string[]).filter(claim => claim !== 'sid');
    answer(context, 200, { ...body, claims_supported: claims, response_modes_supported: ['query', 'fragment'] });
  }
  // No JWT is an access token of this server.
  else if (route === 'introspection' && body['error'] === 'unsupported_token_type') {
    answer(context, 200, { active: false });
  } else if (route === 'token' && body['access_token'] !== undefined) {
    answer(context, context.status, { ...body, ...launchOf(entities.AccessToken) });
  }
}

/** The launch context of an access token, beside which it is told. */
function launchOf(token: object | undefined): Body {
  const { extra = {} } = (token ?? {}) as { extra?: Body };
  const { fhirUser: _named, ...launch } = extra;
  return launch;
}

function answer(context: KoaContextWithOIDC, status: number, body: Body): void {
  context.status = status;
  context.body = body;
}
