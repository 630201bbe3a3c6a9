/** The demo's app in a browser: launched from the landing page, a person of the demo signs in, chooses, and it reads. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { faint } from './legible.js';

/** Pictures for people to look at. */
const PICTURES = process.env['PORTICO_TEST_PICTURES'];

describe('browser: an app is launched', () => {
  let browser: Browser;
  let server: TestServer;

  before(async () => {
    server = await startTestServer();
    browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    });
  });
  after(async () => {
    await browser.close();
    await server.close();
  });

  async function visit(options: BrowserContextOptions, look: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', error => complaints.push(error.message));
    page.on('console', message => message.type() === 'error' && complaints.push(message.text()));
    await look(page);
    assert.deepEqual(complaints, []);
    await context.close();
  }

  async function pictured(page: Page, name: string): Promise<void> {
    assert.deepEqual(await page.evaluate(faint), []);
    const wide = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
    assert.equal(wide, false, name);
    if (PICTURES === undefined) return;
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
  }

  for (const [locale, name, options] of [
    ['en', 'wide', {}],
    ['ar', 'narrow-dark', { viewport: { width: 360, height: 740 }, colorScheme: 'dark' }],
  ] as const)
    it(`[PKB-9] [R122] from the landing page, in one click, as a patient of the demo, ${locale}`, () =>
      visit({ locale, ...options }, async page => {
        await page.goto(`${server.url}/?lang=${locale}`);
        await page.click('a[href$="/demo-app?start=now"]');
        await page.waitForSelector('button[name="account"]');
        await pictured(page, `sign-in-${name}`);
        await page.click('button[value="Person/demo-patient"]');
        await page.waitForSelector('button[value="allow"]');
        await pictured(page, `consent-${name}`);
        await page.click('button[value="allow"]');
        await page.waitForSelector('#record:not([hidden])');
        assert.equal(await page.textContent('#name'), 'Dana Whitfield');
        assert.ok((await page.locator('#observations li').count()) >= 2);
        assert.ok(!page.url().includes('code='), 'no code stays in the address');
        await pictured(page, `app-${name}`);
      }));

  it('[A29] who denies sees so in the app', () =>
    visit({}, async page => {
      await page.goto(`${server.url}/demo-app`);
      await page.click('#begin');
      await page.click('button[value="Person/demo-patient"]');
      await page.click('button[value="deny"]');
      await page.waitForSelector('#problem:not([hidden])');
      assert.equal(await page.isHidden('#record'), true);
    }));

  it('[R135] all pages but the app’s own work without script, by keyboard alone', () =>
    visit({ javaScriptEnabled: false }, async page => {
      const { app } = await import('../identity/launch.js').then(({ App }) => ({ app: new App(server) }));
      const configuration = await app.configuration();
      const request = new URLSearchParams({
        ...{ response_type: 'code', client_id: 'demo-app', redirect_uri: `${server.url}/demo-app`, state: 's' },
        ...{ scope: 'launch/patient patient/*.rs', aud: server.portal },
        ...{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' },
      });
      await page.goto(`${configuration['authorization_endpoint'] ?? ''}?${request.toString()}`);
      await page.focus('button[value="Person/demo-patient"]');
      await page.keyboard.press('Enter');
      await page.waitForSelector('button[value="allow"]');
      await page.focus('button[value="allow"]');
      await page.keyboard.press('Enter');
      await page.waitForURL(/demo-app\?code=/);
    }));
});
