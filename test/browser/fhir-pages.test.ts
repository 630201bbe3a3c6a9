/** FHIR addresses in Chromium: sign in, read the resource, follow its links; in both directions, narrow and dark. */
import assert from 'node:assert/strict';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { faint } from './legible.js';

const PASSWORD = 'four quiet herons at dusk';

describe('browser: FHIR pages', () => {
  let browser: Browser | undefined;
  let server: TestServer | undefined;

  before(async () => {
    server = await startTestServer();
    const person = { account: 'Person/demo-patient', userName: 'amina', password: PASSWORD };
    await server.app.store.commit({ documents: await server.app.identity.choose(person) });
    const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
    browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** A member's browser; fails where Chromium complains. */
  async function signedIn(
    path: string,
    options: BrowserContextOptions,
    look: (page: Page) => Promise<void>,
  ): Promise<void> {
    const context = await browser!.newContext({ javaScriptEnabled: false, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', message => complaints.push(message.text()));
    try {
      await page.goto(`${server!.url}${path}`);
      await page.locator('a.button').click();
      await page.locator('input[name="userName"]').fill('amina');
      await page.locator('input[name="password"]').fill(PASSWORD);
      await page.locator('main button').click();
      await look(page);
      assert.deepEqual(
        complaints.filter(text => !/status of 40[14]/.test(text)),
        [],
      );
    } finally {
      await context.close();
    }
  }

  for (const [locale, direction] of [
    ['en-US', 'ltr'],
    ['ar-LB', 'rtl'],
  ] as const) {
    it(`show a member their record after the sign-in, and lead from page to page, ${direction}`, () =>
      signedIn('/fhir/portal/Patient?_count=5', { locale, viewport: { width: 1100, height: 900 } }, async page => {
        assert.equal(await page.locator('html').getAttribute('dir'), direction);
        await page.locator('.matches a').first().click();
        assert.match(page.url(), /\/fhir\/portal\/Patient\/[^/?]+$/);
        assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
        assert.ok((await page.locator('.elements dt').allInnerTexts()).includes('birthDate'));
        assert.match(await page.locator('.json').innerText(), /"resourceType": "Patient"/);
        await picture(page, `resource-${direction}`);
        await page.goto(`${page.url()}/_history`);
        await page.locator('.matches a').first().click();
        assert.match(page.url(), /_history\/\d+$/);
      }));
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`fit a narrow screen and are legible, ${colorScheme}`, () =>
      signedIn(
        '/fhir/portal/Communication',
        { javaScriptEnabled: true, colorScheme, viewport: { width: 360, height: 740 } },
        async page => {
          for (const path of ['Communication', 'Patient', 'metadata', 'Patient/none']) {
            await page.goto(`${server!.portal}/${path}`);
            assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360, path);
            if (path !== 'metadata') assert.deepEqual(await page.evaluate(faint), []);
            await picture(page, `${path.replace('/', '-')}-${colorScheme}`);
          }
        },
      ));
  }

  /** Kept where somebody wants to look at it. */
  async function picture(page: Page, name: string): Promise<void> {
    const folder = process.env['PORTICO_PICTURES'];
    const taken = await page.screenshot(folder === undefined ? {} : { path: `${folder}/${name}.png`, fullPage: true });
    assert.ok(taken.length > 5000);
  }
});
