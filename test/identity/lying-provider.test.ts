/** A provider that is down, slow or lying, and answers that are not what was asked for: an error page, and nothing else. */
import assert from 'node:assert/strict';
import { startLyingProvider, type Lie, type LyingProvider } from '../fixtures/lying-provider.js';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { eachMembership, token, type Member } from './members.js';
import { accountIn, backFrom, CLIENT, leavesTo, linkBySignIn, modelOf, post, SECRET, settingsOf } from './outsiders.js';

const HOUR = 3600_000;

describe('lying providers', () => {
  let one: LyingProvider;
  let two: LyingProvider;
  before(async () => {
    [one, two] = await Promise.all([startLyingProvider(CLIENT, SECRET), startLyingProvider(CLIENT, SECRET)]);
  });
  after(() => Promise.all([one.close(), two.close()]));
  const settings = () => ({
    PORTICO_IDENTITY_PROVIDERS: JSON.stringify([
      settingsOf('one', one.issuer),
      settingsOf('two', two.issuer, { claimsFrom: 'userinfo' }),
    ]),
  });

  eachMembership(
    'a sign-in at a provider',
    portal => {
      let member: Member;
      before(async () => {
        await modelOf(portal(), 'both');
        member = await portal().member();
        for (const [key, provider] of [
          ['one', one],
          ['two', two],
        ] as const) {
          provider.person = { sub: `sub-${token()}` };
          await linkBySignIn(portal(), member, key);
        }
      });
      beforeEach(() => {
        one.lie = {};
        two.lie = {};
        // What the provider published before is not known any more.
        portal().world.advance(2 * HOUR);
      });

      const sent = async (visitor: PageVisitor, key = 'one'): Promise<Page> =>
        post(visitor, await visitor.get('/sign-in'), '/external', { provider: key, purpose: 'sign-in' });
      const back = async (page: Page): Promise<string> => backFrom(leavesTo(page), portal().server.url);
      const walk = async (visitor: PageVisitor, key = 'one'): Promise<Page> =>
        visitor.get(await back(await sent(visitor, key)));

      /** The page says what is wrong; nobody is signed in, and nothing waits to be linked. */
      async function refused(page: Page, visitor: PageVisitor, status: number, text: RegExp): Promise<void> {
        assert.equal(page.status, status, page.text);
        assert.match(page.text, text);
        assert.equal(await accountIn(portal(), visitor), undefined);
        assert.deepEqual(
          [...visitor.cookies.keys()].filter(name => !/portico-(browser|external-sign-in)/.test(name)),
          [],
        );
      }

      const untrusted = /cannot be trusted/;
      const unavailable = /does not answer at this moment/;
      const stale = /did not begin in this browser/;

      it('[RN-16] signs in where the provider is honest, by id_token and by userinfo', async () => {
        for (const key of ['one', 'two']) {
          const visitor = portal().visitor();
          await walk(visitor, key);
          assert.equal((await accountIn(portal(), visitor))?.account, member.account);
        }
      });

      const other = 'https://other.example.org';
      const lies: Readonly<Record<string, Lie>> = {
        '[A06] another issuer': { claims: honest => ({ ...honest, iss: other }) },
        '[A06] another audience': { claims: honest => ({ ...honest, aud: 'other' }) },
        '[A06] a second audience without our name as authorized party': {
          claims: honest => ({ ...honest, aud: [CLIENT, 'other'], azp: 'other' }),
        },
        '[A02] an id_token that is over': {
          claims: honest => ({ ...honest, exp: Math.floor(Date.now() / 1000) - 60 }),
        },
        'the nonce of another sign-in': { claims: honest => ({ ...honest, nonce: 'x'.repeat(43) }) },
        'no nonce': { claims: ({ nonce: _, ...honest }) => honest },
        'no subject': { claims: ({ sub: _, ...honest }) => honest },
        '[A03] no signature': { header: () => ({ alg: 'none' }), signature: 'none' },
        '[A03] no signature, as the provider announces': {
          header: () => ({ alg: 'none' }),
          signature: 'none',
          metadata: honest => ({ ...honest, id_token_signing_alg_values_supported: ['none', 'RS256'] }),
        },
        '[A04] a signature with the secret of the client': { header: () => ({ alg: 'HS256' }), signature: 'secret' },
        '[A05] a signature with a key that is not published': { signature: 'other key' },
        '[A05] a key of its own in the header': {
          header: honest => ({ ...honest, jku: `${other}/jwks`, kid: '../../etc/passwd' }),
          signature: 'other key',
        },
        'no id_token': { token: ({ id_token: _, ...honest }) => honest },
        'an id_token that is none': { token: honest => ({ ...honest, id_token: 'a.b.c' }) },
        'an answer of tokens that is no JSON': { answers: { '/token': response => response.end('<html>') } },
        'an answer of tokens that is endless': {
          answers: { '/token': response => response.end(' '.repeat(200_000)) },
        },
        'a redirect in place of tokens': {
          answers: { '/token': response => response.writeHead(302, { location: `${other}/token` }).end() },
        },
        'the issuer of another provider in the answer': { callback: query => query.set('iss', other) },
        'no issuer in the answer, although it is promised': { callback: query => query.delete('iss') },
        'an error that nobody knows': { callback: query => asError(query, 'odd') },
      };
      for (const [title, lie] of Object.entries(lies)) {
        it(`${title}: an error page, and nobody is signed in`, async () => {
          one.lie = lie;
          const visitor = portal().visitor();
          await refused(await walk(visitor), visitor, 502, untrusted);
        });
      }

      it('userinfo of somebody else is not that of the id_token', async () => {
        two.lie = { userinfo: honest => ({ ...honest, sub: 'another' }) };
        const visitor = portal().visitor();
        await refused(await walk(visitor, 'two'), visitor, 502, untrusted);
      });

      it('a provider that publishes another issuer, or a page that is none of the web, is not gone to', async () => {
        const odd: NonNullable<Lie['metadata']>[] = [
          honest => ({ ...honest, issuer: other }),
          honest => ({ ...honest, issuer: `${one.issuer}/` }),
          honest => ({ ...honest, authorization_endpoint: 'javascript:alert(1)' }),
          honest => ({ ...honest, authorization_endpoint: undefined }),
        ];
        for (const metadata of odd) {
          one.lie = { metadata };
          const visitor = portal().visitor();
          await refused(await sent(visitor), visitor, 502, untrusted);
          portal().world.advance(2 * HOUR);
        }
      });

      it('endpoints at hosts that are not allowed are not called', async () => {
        one.lie = { metadata: honest => ({ ...honest, token_endpoint: 'https://10.0.0.1/token' }) };
        const visitor = portal().visitor();
        await refused(await walk(visitor), visitor, 502, untrusted);
      });

      it('what the provider says itself: the person went back, or it cannot serve', async () => {
        for (const [error, status, text] of [
          ['access_denied', 403, /did not sign you in/],
          ['temporarily_unavailable', 503, unavailable],
        ] as const) {
          one.lie = { callback: query => asError(query, error) };
          const visitor = portal().visitor();
          await refused(await walk(visitor), visitor, status, text);
        }
      });

      it('a provider that is down is an error page, and works again with the next request once it is up', async () => {
        one.lie = { answers: { '/.well-known/openid-configuration': response => response.writeHead(500).end() } };
        const visitor = portal().visitor();
        const page = await sent(visitor);
        await refused(page, visitor, 503, unavailable);
        assert.equal(page.headers.get('retry-after'), '30');
        one.lie = {};
        await walk(visitor);
        assert.equal((await accountIn(portal(), visitor))?.account, member.account);
      });

      it('[C06] an answer counts once, in the browser that asked, at the provider that it was asked of, in time', async () => {
        const visitor = portal().visitor();
        const path = await back(await sent(visitor));
        const stranger = portal().visitor();
        await sent(stranger);
        await refused(await stranger.get(path), stranger, 400, stale);
        const nobody = portal().visitor();
        await refused(await nobody.get(path), nobody, 400, stale);
        await refused(await visitor.get(path.replace('/one/', '/two/')), visitor, 400, stale);
        await refused(await visitor.get(path.replace(/state=[^&]+/, 'state=x')), visitor, 400, stale);
        await refused(await visitor.get('/external/one/callback'), visitor, 400, stale);
        await visitor.get(path);
        assert.equal((await accountIn(portal(), visitor))?.account, member.account);
        assert.equal((await visitor.get(path)).status, 400);
        const late = portal().visitor();
        const answer = await back(await sent(late));
        portal().world.advance(15 * 60_000);
        await refused(await late.get(answer), late, 400, stale);
      });

      it('[A14] of many answers at once one signs in', async () => {
        const visitor = portal().visitor();
        const path = await back(await sent(visitor));
        const pages = await Promise.all(Array.from({ length: 8 }, () => visitor.request(path)));
        assert.deepEqual(pages.map(({ status }) => status).sort(), [303, ...Array.from({ length: 7 }, () => 400)]);
      });
    },
    'demo',
    settings,
  );
});

function asError(query: URLSearchParams, error: string): void {
  query.delete('code');
  query.set('error', error);
  query.set('error_description', '<script>alert(1)</script>');
}
