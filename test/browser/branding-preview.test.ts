/** The branding's sample follows what is typed, by the server, under the policy of all pages. */
import assert from 'node:assert/strict';
import { chromium, type Browser, type Page } from 'playwright-core';
import { atPage } from './administration-pages.table.js';
import { startPageSite, type PageSite } from './page-site.js';

const drawing =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#7a1f5c"/></svg>';

describe('browser: branding is previewed', () => {
  let browser: Browser;
  let site: PageSite;
  before(async () => {
    const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
    browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
    site = await startPageSite(browser);
  });
  after(async () => {
    await site.close();
    await browser.close();
  });

  it('[RN-27] title, colors and icon are seen while they are typed, and by nobody else before they are saved', async () => {
    const reader = await site.reader({ language: 'en', viewport: { width: 1200, height: 900 }, colorScheme: 'light' });
    const { page } = reader;
    const complaints: string[] = [];
    page.on('console', message => complaints.push(message.text()));
    try {
      await atPage(reader, 'configuration-manager', '/workbench/branding');
      await page.fill('#application-title', 'MyRiverside <b>');
      await page.locator('.sample.light .brand', { hasText: 'MyRiverside <b>' }).waitFor();
      await page.fill('#accent-color', '#e0c040');
      await page.locator('#sample .contrasts .wrong').first().waitFor();
      await page.fill('#accent-color', '#7a1f5c');
      await page.locator('#sample .contrasts .wrong').first().waitFor({ state: 'detached' });
      const color = `getComputedStyle(document.querySelector('.sample.light .button')).backgroundColor`;
      await until(page, `${color} === 'rgb(122, 31, 92)'`);
      const own = await page.evaluate(`getComputedStyle(document.querySelector('form button')).backgroundColor`);
      assert.equal(own, 'rgb(23, 89, 90)');
      const file = { name: 'icon.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(drawing) };
      await page.setInputFiles('#icon-file', file);
      await until(page, `document.querySelector('.sample img')?.naturalWidth > 0`);
      assert.equal(await page.inputValue('#application-title'), 'MyRiverside <b>');
      assert.equal(await page.locator('header .brand').innerText(), 'Portico');
      await page.click('main form button:not([formaction])');
      await page.locator('header .brand', { hasText: 'MyRiverside <b>' }).waitFor();
      assert.ok(await page.evaluate(`document.querySelector('header .brand img').naturalWidth > 0`));
      assert.deepEqual(complaints, []);
    } finally {
      await reader.leave();
    }
  });
});

/** Waits without `eval` in the page, which its policy forbids. */
async function until(page: Page, expression: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await page.evaluate(expression)) return;
    await page.waitForTimeout(50);
  }
  assert.fail(`not ${expression}`);
}
