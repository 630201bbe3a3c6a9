/** An app is launched, its person signs in at an identity provider; and the program says of providers what an operator needs, and no more. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { developmentToken } from '../../src/access/development-issuer.js';
import { loadSigningKey } from '../../src/access/signing-key.js';
import { startChildServer } from '../fixtures/child-server.js';
import { CookieJar } from '../fixtures/cookie-jar.js';
import { startLyingProvider } from '../fixtures/lying-provider.js';
import { pageVisitor } from '../fixtures/page-visitor.js';
import { App } from './launch.js';
import { configure, token, type Portal } from './members.js';
import {
  backFrom,
  CLIENT,
  eachOutsidePortal,
  leavesTo,
  linkBySignIn,
  modelOf,
  post,
  SECRET,
  settingsOf,
} from './outsiders.js';

eachOutsidePortal('an app and an identity provider', (portal, provider) => {
  it('[RN-16] the sign-in that an app waits for leads back to it, for the patient of the account', async () => {
    const member = await portal().member();
    provider().person = { sub: `sub-${token()}` };
    await linkBySignIn(portal(), member, 'one');
    // The first form of the page is the provider's.
    await modelOf(portal(), 'external');
    const app = new App(portal().server);
    const jar = new CookieJar();
    const asked = await app.ask({ jar, scope: 'openid fhirUser launch/patient patient/*.rs' });
    const [, link = ''] = /href="(\/sign-in[^"]+)"/.exec(asked.shown.text) ?? [];
    const form = await jar.open(new URL(link.replaceAll('&amp;', '&'), asked.shown.url).href, asked.redirect);
    const leaving = await jar.send(form, [], asked.redirect);
    const [, to = ''] = /^0; url=(.+)$/.exec(leaving.headers.get('refresh') ?? '') ?? [];
    const page = await jar.open(to, asked.redirect);
    const shown = await app.allow(asked, page, {});
    const { status, body } = await app.exchange({ ...asked, shown, back: new URL(shown.url) });
    assert.equal(status, 200);
    assert.equal(`Patient/${String(body['patient'])}`, member.patient);
    await modelOf(portal(), 'both');
  });
});

describe('the program with identity providers', () => {
  it('[RN-16] [A10] reads them from a file, and logs which provider failed and why, without secrets, codes or claims', async () => {
    const provider = await startLyingProvider(CLIENT, SECRET);
    const folder = mkdtempSync(join(tmpdir(), 'portico-test-'));
    const [file, data] = [join(folder, 'providers.json'), join(folder, 'data')];
    writeFileSync(file, JSON.stringify([settingsOf('one', provider.issuer)]));
    const env = { PORTICO_IDENTITY_PROVIDERS: file, PORTICO_STORE: 'memory' };
    const program = await startChildServer({ folder: data, env });
    try {
      const url = `http://127.0.0.1:${program.port}`;
      const bearer = developmentToken(loadSigningKey(data), 'demo-system', undefined, Date.now());
      const fhir = fhirAt(url, bearer);
      await configure({ fhir }, { 'credential-model': { valueCode: 'both' } });
      provider.person = { sub: 'a-subject-of-theirs', family_name: 'Nachtigall' };
      provider.lie = { claims: honest => ({ ...honest, nonce: 'another-nonce-entirely' }) };
      const visitor = pageVisitor(url);
      const sent = await post(visitor, await visitor.get('/sign-in'), '/external', {
        provider: 'one',
        purpose: 'sign-in',
      });
      const path = await backFrom(leavesTo(sent), url);
      assert.equal((await visitor.get(path)).status, 502);
      const logged = () => program.printed().includes('identity provider');
      for (let i = 0; i < 100 && !logged(); i++) await new Promise(resolve => setTimeout(resolve, 50));
      const line =
        program
          .printed()
          .split('\n')
          .find(one => one.includes('identity provider')) ?? '';
      const { provider: key, failure } = JSON.parse(line) as Record<string, unknown>;
      assert.deepEqual([key, failure], ['one', 'untrusted']);
      const code = new URL(path, url).searchParams.get('code') ?? 'none';
      for (const secret of [SECRET, code, 'a-subject-of-theirs', 'Nachtigall', 'another-nonce-entirely']) {
        assert.ok(!program.printed().includes(secret), secret);
      }
    } finally {
      program.child.kill('SIGTERM');
      await program.ended;
      await provider.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

const fhirAt =
  (url: string, bearer: string): Portal['fhir'] =>
  async (_client, method, path, body, headers) => {
    const answer = await fetch(`${url}/fhir/portal/${path}`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/fhir+json', ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    assert.ok(answer.ok, String(answer.status));
    return (await answer.json()) as Record<string, unknown>;
  };
