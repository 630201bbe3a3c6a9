/** The whole walk to an identity provider and back in Chromium: invitation, provider, account, sign-out, sign-in, in Arabic too. */
import assert from 'node:assert/strict';
import { chromium, type Browser } from 'playwright-core';
import { openMemory } from '../../src/store/memory/open.js';
import { startOpenIdProvider, type OpenIdProvider } from '../fixtures/openid-provider.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { testWorld } from '../fixtures/world.js';
import { portalOf, type Portal } from '../identity/members.js';
import { clientOf, modelOf, settingsOf } from '../identity/outsiders.js';
import { stranger } from '../portal/journey.js';

describe('browser: identity providers', () => {
  let browser: Browser | undefined;
  let provider: OpenIdProvider;
  let server: TestServer;
  let portal: Portal;

  before(async () => {
    const world = testWorld();
    const storage = openMemory(world.clock);
    provider = await startOpenIdProvider();
    const env = { PORTICO_IDENTITY_PROVIDERS: JSON.stringify([settingsOf('one', provider.issuer)]) };
    server = await startTestServer({ storage, world, env });
    provider.open([clientOf(server.url, ['one'])]);
    portal = portalOf(server, storage, world, 'demo');
    await modelOf(portal, 'external', 'own');
    const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
    browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
  });
  after(async () => {
    await browser?.close();
    await server.close();
    await provider.close();
  });

  async function invitationCode(): Promise<string> {
    const person = stranger();
    const parameter = Object.entries(person).map(([name, value]) => ({
      name,
      [name === 'birthDate' ? 'valueDate' : 'valueString']: value,
    }));
    await portal.fhir('demo-ehr', 'POST', 'Patient/$invite', { resourceType: 'Parameters', parameter });
    return /invitation#([0-9A-Z-]+)/.exec((await portal.mails(person.email)).at(-1)?.text ?? '')?.[1] ?? '';
  }

  for (const [language, javaScriptEnabled] of [
    ['en', true],
    ['ar', false],
  ] as const) {
    it(`[PC-3] [RN-16] in ${language}, ${javaScriptEnabled ? 'with' : 'without'} script`, async () => {
      provider.person = { sub: `somebody-${language}` };
      const context = await browser!.newContext({ javaScriptEnabled });
      const page = await context.newPage();
      const violations: string[] = [];
      page.on('console', message => violations.push(message.text()));
      await page.goto(`${server.url}/invitation?lang=${language}`);
      await page.fill('#code', await invitationCode());
      await page.fill('#birthDate', stranger().birthDate);
      await page.click('main button[type=submit]');
      await page.click('form[action^="/external"] button');
      await page.waitForURL(/\/account\?/);
      assert.equal(await page.getAttribute('html', 'lang'), language);
      await page.click('form[action^="/sign-out"] button');
      await page.click('form[action^="/external"] button');
      await page.waitForURL(/\/account\?/);
      assert.equal(new URL(page.url()).searchParams.get('lang'), language);
      const cookies = await context.cookies(server.url);
      const names = cookies.map(({ name }) => name).filter(name => name.startsWith('portico-'));
      assert.deepEqual(names.sort(), ['portico-browser', 'portico-session']);
      assert.deepEqual(violations, []);
      await context.close();
    });
  }
});
