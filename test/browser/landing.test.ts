import assert from 'node:assert/strict';
import { chromium, type Browser, type BrowserContextOptions, type Page, type Request } from 'playwright-core';
import { loadEndpoints } from '../../src/definitions/capability.js';
import { loadDefinitions } from '../../src/definitions/load.js';
import { createApp } from '../../src/http/app.js';
import type { Mail } from '../../src/delivery/mailbox.js';
import { startServer, type RunningServer } from '../../src/http/server.js';
import { testParts } from '../http/harness.js';
import { faint } from './legible.js';

const mail: Mail = {
  id: 'first',
  to: 'amina@example.org',
  subject: 'رسالة <b>جديدة</b>',
  at: Date.UTC(2026, 10, 21, 12),
  text: 'Plain & simple',
  html: '<p id="said">Hello</p><script>document.body.textContent = "ran"</script><img src="http://198.51.100.1/x.png">',
};

/** Opens every fold of the page: what is hidden must fit and be legible too. */
const unfold = 'for (const one of document.querySelectorAll("details")) one.open = true';

describe('browser: the landing page', () => {
  let browser: Browser | undefined;
  let server: RunningServer | undefined;

  before(async () => {
    const definitions = loadDefinitions(process.cwd());
    const customers = [{ key: 'demo', referencesEnforced: false }];
    const endpoints = loadEndpoints(process.cwd(), { publicUrl: 'http://127.0.0.1:8080', customers, definitions });
    const mailbox = {
      list: () => Promise.resolve([mail]),
      read: (id: string) => Promise.resolve(id === mail.id ? mail : undefined),
    };
    const operation = (canonical: string) => definitions.operation(canonical);
    const pages = { ...testParts().parts.pages, endpoints, operation, mailbox };
    server = await startServer(createApp({ ...testParts().parts, secure: false, pages }), {
      ...{ host: '127.0.0.1', port: 0, requestTimeout: 30_000 },
    });
    browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'],
        ...['--disable-background-networking', '--disable-component-update'],
      ],
    });
  });

  after(async () => {
    await browser?.close();
    await server?.stop({ grace: 0 });
  });

  /** Opens a page; fails where it gets anything from elsewhere, or Chromium complains of what is not expected. */
  async function visit(
    path: string,
    options: BrowserContextOptions,
    look: (page: Page) => Promise<void>,
    expected = /^$/,
  ): Promise<void> {
    const context = await browser!.newContext({ viewport: { width: 1200, height: 900 }, ...options });
    const page = await context.newPage();
    const origin = `http://127.0.0.1:${server!.port}`;
    const requests: Request[] = [];
    const complaints: string[] = [];
    page.on('request', request => requests.push(request));
    page.on('console', message => complaints.push(message.text()));
    try {
      await page.goto(origin + path);
      await look(page);
      const gone = requests.filter(request => request.failure()?.errorText !== 'csp').map(request => request.url());
      assert.deepEqual(
        gone.filter(url => !url.startsWith(`${origin}/`)),
        [],
      );
      assert.deepEqual(
        complaints.filter(text => !expected.test(text)),
        [],
      );
    } finally {
      await context.close();
    }
  }

  for (const [language, direction] of [
    ['en', 'ltr'],
    ['ar', 'rtl'],
  ] as const) {
    it(`has its landmarks, and a way past the banner, ${direction}`, () =>
      visit(`/?lang=${language}`, {}, async page => {
        assert.equal(await page.locator('html').getAttribute('dir'), direction);
        assert.equal(await page.locator('html').getAttribute('lang'), language);
        for (const role of ['banner', 'main', 'contentinfo', 'navigation'] as const) {
          assert.equal(await page.getByRole(role).count(), 1, role);
        }
        assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
        await page.keyboard.press('Tab');
        assert.equal(await page.evaluate('document.activeElement.className'), 'skip');
        await page.keyboard.press('Enter');
        assert.equal(await page.evaluate('document.activeElement.id'), 'content');
        const brand = await page.locator('.brand').boundingBox();
        assert.equal(brand !== null && brand.x < 600, direction === 'ltr');
        assert.ok((await page.screenshot({ fullPage: true })).length > 50_000);
      }));

    it(`fits a screen of 360 pixels, all unfolded, ${direction}`, () =>
      visit(`/?lang=${language}`, { viewport: { width: 360, height: 740 } }, async page => {
        await page.evaluate(unfold);
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360);
        assert.ok((await page.screenshot()).length > 10_000);
      }));
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`is legible, ${colorScheme}`, () =>
      visit('/', { colorScheme }, async page => {
        await page.evaluate(unfold);
        assert.deepEqual(await page.evaluate(faint), []);
      }));
  }

  it('[PKB-6] tells what endpoints serve, without script', () =>
    visit('/', { javaScriptEnabled: false }, async page => {
      assert.match(await page.locator('#first-call ~ pre').first().innerText(), /^curl 'http:\S+\/metadata/);
      const signature = page.locator('.operation', { hasText: '$invite' }).first();
      assert.equal(await signature.isVisible(), false);
      await page.getByText('Patient', { exact: true }).first().click();
      assert.equal(await signature.isVisible(), true);
      assert.match(await signature.innerText(), /POST \[base\]\/Patient\/\$invite/);
      assert.match(await signature.innerText(), /birthDate/);
      assert.equal(await page.locator('.parameters', { hasText: 'general-practitioner' }).first().isVisible(), true);
    }));

  for (const path of ['/not-for-me?token=good'])
    for (const lang of ['en', 'ar'])
      it(`${path} in ${lang} is legible, fits a narrow screen, and needs no script`, () =>
        visit(
          `${path}${path.includes('?') ? '&' : '?'}lang=${lang}`,
          { viewport: { width: 360, height: 740 }, javaScriptEnabled: true },
          async page => {
            assert.deepEqual(await page.evaluate(faint), []);
            assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360);
            const button = page.getByRole('button');
            if ((await button.count()) === 0) return;
            await button.press('Enter');
            assert.equal(await page.locator('html').getAttribute('lang'), lang);
            assert.match(await page.getByRole('heading', { level: 1 }).innerText(), /^(Thank you|شكرًا)/);
          },
        ));

  it('follows the language of the browser', () =>
    visit('/', { locale: 'ar-EG' }, async page => {
      assert.equal(await page.locator('html').getAttribute('dir'), 'rtl');
    }));

  it('prints what is folded', () =>
    visit('/', {}, async page => {
      await page.emulateMedia({ media: 'print' });
      assert.equal(await page.locator('.operation').first().isVisible(), true);
      assert.equal(await page.locator('nav').isVisible(), false);
    }));

  it('shows an e-mail as text first, and its HTML where it can do nothing', () =>
    visit(
      '/mail/first',
      {},
      async page => {
        assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), mail.subject);
        assert.equal(await page.locator('.letter').innerText(), mail.text);
        assert.equal(await page.frameLocator('iframe').locator('#said').innerText(), 'Hello');
      },
      /Blocked script|Content Security Policy|blocked:csp/i,
    ));

  it('says so where there is nothing', () =>
    visit(
      '/nothing/here',
      {},
      async page => {
        assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'There is no such page');
        await page.getByRole('link', { name: 'Back to the start page' }).click();
        assert.match(page.url(), /\/\?lang=en$/);
      },
      /404/,
    ));
});
