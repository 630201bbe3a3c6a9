/** Portals whose people sign in at OpenID providers, and the walk of a browser there and back. */
import assert from 'node:assert/strict';
import type { ClientMetadata } from 'oidc-provider';
import type { SignedIn } from '../../src/identity/sessions/session.js';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { CookieJar } from '../fixtures/cookie-jar.js';
import { startOpenIdProvider, type OpenIdProvider } from '../fixtures/openid-provider.js';
import { configure, eachMembership, signIn, type Member, type Portal } from './members.js';

export const SECRET = 'a secret of this server at the provider';
export const CLIENT = 'portico';

/** Settings of a provider; `more` goes beside them. */
export const settingsOf = (key: string, issuer: string, more: object = {}): Record<string, unknown> => ({
  ...{ key, issuer, clientId: CLIENT, clientSecret: SECRET },
  name: { en: `Service ${key}`, ar: `خدمة ${key}` },
  ...more,
});

/** This server as a client of the provider. */
export const clientOf = (url: string, keys: readonly string[], more: object = {}): ClientMetadata => ({
  client_id: CLIENT,
  client_secret: SECRET,
  redirect_uris: keys.map(key => `${url}/external/${key}/callback`),
  response_types: ['code'],
  grant_types: ['authorization_code'],
  ...more,
});

/** Sets the models of credentials, with further settings. */
export const modelOf = (portal: Portal, model: string, staff = model, more: object = {}): Promise<void> =>
  configure(portal, {
    'credential-model': { valueCode: model },
    'staff-credential-model': { valueCode: staff },
    ...more,
  });

/** Where a page goes on to by itself. */
export function leavesTo(page: Page): string {
  const [, to = ''] = /^0; url=(.+)$/.exec(page.headers.get('refresh') ?? '') ?? [];
  assert.notEqual(to, '', `${page.status} ${page.text}`);
  return to;
}

/** The path that a provider sends the browser back to, after its own redirects. @param own address of the portal */
export async function backFrom(address: string, own: string): Promise<string> {
  const { url } = await new CookieJar().open(address, own);
  assert.ok(url.startsWith(own), url);
  return url.slice(own.length);
}

/** Sends a form of this page to another address: its token belongs to the browser. */
export function post(
  visitor: PageVisitor,
  { text }: Page,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<Page> {
  const [form = ''] = /<input type="hidden" name="form" value="[^"]*"/.exec(text) ?? [];
  const page = `<form method="post" action="${path}">${form} /></form>`;
  return visitor.send({ text: page } as Page, fields);
}

/** From a page that was sent off to a provider, there and back. */
export const follow = async ({ server }: Portal, visitor: PageVisitor, page: Page): Promise<Page> =>
  visitor.get(await backFrom(leavesTo(page), server.url));

/** The account that is signed in to a browser. */
export async function accountIn({ server }: Portal, visitor: PageVisitor): Promise<SignedIn | undefined> {
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return server.app.identity.sessions.current({ headers: { cookie } });
}

/** From the sign-in page to the provider and back. */
export async function signInAt(
  portal: Portal,
  visitor: PageVisitor,
  key: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<Page> {
  const sent = await post(visitor, await visitor.get('/sign-in'), '/external', {
    ...{ provider: key, purpose: 'sign-in' },
    ...fields,
  });
  return follow(portal, visitor, sent);
}

/** Connects the identity that a provider vouches for to this member, by a sign-in of their own. */
export async function linkBySignIn(portal: Portal, member: Member, key: string): Promise<void> {
  const visitor = portal.visitor();
  await signInAt(portal, visitor, key);
  const page = await signIn(visitor, member, '/sign-in?return=%2Fexternal%2Fconnect');
  assert.match((await visitor.send(page, {}, '/external/connect')).text, /It is saved/);
}

/** Registers tests of a portal for each store, with a real provider `one` for everybody and the settings that go with it. */
export function eachOutsidePortal(
  title: string,
  tests: (portal: () => Portal, provider: () => OpenIdProvider) => void,
  more: object = {},
): void {
  describe(title, () => {
    let provider: OpenIdProvider;
    before(async () => {
      provider = await startOpenIdProvider();
    });
    after(() => provider.close());
    const settings = () => ({
      PORTICO_IDENTITY_PROVIDERS: JSON.stringify([
        settingsOf('one', provider.issuer, { serves: ['members', 'staff'], ...more }),
      ]),
    });
    eachMembership(
      'with identity providers',
      portal => {
        before(async () => {
          provider.open([clientOf(portal().server.url, ['one'])]);
          await modelOf(portal(), 'both');
        });
        tests(portal, () => provider);
      },
      'demo',
      settings,
    );
  });
}
