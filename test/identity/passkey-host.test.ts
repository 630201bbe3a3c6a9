/** Which host passkeys are made for. */
import assert from 'node:assert/strict';
import { relyingPartyOf } from '../../src/identity/passkeys/relying-party.js';
import { pageVisitor } from '../fixtures/page-visitor.js';
import { startTestServer } from '../fixtures/server.js';
import { optionsIn } from './passkeys.js';

describe('the relying party of passkeys', () => {
  const parties: [string, { id: string; origins: string[] } | undefined][] = [
    ['https://portal.example.org', { id: 'portal.example.org', origins: ['https://portal.example.org'] }],
    ['https://portal.example.org:8443/', { id: 'portal.example.org', origins: ['https://portal.example.org:8443'] }],
    ['http://localhost:8080', { id: 'localhost', origins: ['http://localhost:8080'] }],
    ['http://127.0.0.1:8080', { id: 'localhost', origins: ['http://localhost:8080', 'http://127.0.0.1:8080'] }],
    ['http://[::1]', { id: 'localhost', origins: ['http://localhost', 'http://[::1]'] }],
    ['https://192.0.2.1', undefined],
    ['https://[2001:db8::1]:8443', undefined],
  ];
  for (const [url, party] of parties)
    it(`[A06] ${url}: ${party?.id ?? 'none'}`, () => assert.deepEqual(relyingPartyOf(url), party));

  it('[RN-15] a server at a numeric address offers none', async () => {
    const server = await startTestServer({ env: { PORTICO_URL: 'http://192.0.2.1', PORTICO_DEMO: '0' } });
    try {
      const browser = pageVisitor(server.url);
      assert.ok(!(await browser.get('/sign-in')).text.includes('/passkey'));
      assert.equal((await browser.get('/passkey')).status, 409);
    } finally {
      await server.close();
    }
  });

  it('[RN-15] [A06] a server at an https address asks for passkeys of its host', async () => {
    const env = { PORTICO_URL: 'https://portal.example.org', PORTICO_DEMO: '0' };
    const server = await startTestServer({ env });
    try {
      const browser = pageVisitor(server.url);
      await browser.get('/sign-in');
      assert.equal(optionsIn(await browser.get('/passkey')).rpId, 'portal.example.org');
    } finally {
      await server.close();
    }
  });
});
