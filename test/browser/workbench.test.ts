/** The Workbench in Chromium, with script: counts follow by themselves, keys work, and what is swapped keeps the focus. */
import assert from 'node:assert/strict';
import { chromium, type Browser, type Page } from 'playwright-core';
import { codeOf, token } from '../identity/members.js';
import { actionsOf } from '../portal/desk.js';
import { Journey } from '../portal/journey.js';
import { AGENT, startPageSite, type PageSite, type Reader } from './page-site.js';

describe('browser: the Workbench', () => {
  let browser: Browser;
  let site: PageSite;
  let reader: Reader;
  let page: Page;
  const faults: string[] = [];
  const actions = () => actionsOf(() => new Journey(site.portal.server, site.portal.storage, { ahead: 0 }));
  const question = (subject = token()) =>
    actions().ask(['Organization/demo-clinical-group'], { topic: { text: subject } });
  const count = async (view: string): Promise<number> =>
    Number(/\((\d+)\)/.exec((await page.locator(`#view-${view}`).textContent()) ?? '')?.[1]);
  const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent.trim()');

  before(async () => {
    const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
    browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
    site = await startPageSite(browser);
    reader = await site.reader({ language: 'en', viewport: { width: 1280, height: 800 } });
    ({ page } = reader);
    page.on('console', message => {
      if (message.type() === 'error') faults.push(message.text());
    });
    page.on('pageerror', error => faults.push(error.message));
    await reader.signIn(AGENT);
    const mails = await site.portal.mails('tomas.lindqvist@cedar-valley.example.org');
    await reader.send('/sign-in/code', { code: codeOf(mails) });
  });
  after(async () => {
    await reader.leave();
    await site.close();
    await browser.close();
  });

  it('[MSG-6] the count of an open queue rises when a question arrives, and the focus stays where it is', async () => {
    await question();
    await reader.go('/workbench');
    const before = await count('queued');
    await page.locator('#view-waiting').focus();
    await question();
    await page.locator('#view-queued', { hasText: `(${before + 1})` }).waitFor();
    assert.equal(await page.evaluate('document.activeElement.id'), 'view-waiting');
    await page.locator('#news').click();
    await page.locator('[data-row]').nth(before).waitFor();
    assert.equal(await page.locator('[data-row]').count(), before + 1);
  });

  it('[MSG-6] keys walk the list, open, claim and answer; not while something is typed, nor once they are off', async () => {
    const subjects = [token(), token()];
    for (const subject of subjects) await question(subject);
    await reader.go('/workbench');
    const titles = (await page.locator('[data-row] th a').allTextContents()).map(title => title.trim());
    await page.keyboard.press('j');
    assert.equal(await focused(), titles[0]);
    await page.keyboard.press('j');
    await page.keyboard.press('Control+j');
    assert.equal(await focused(), titles[1]);
    await page.keyboard.press('k');
    assert.equal(await focused(), titles[0]);
    await page.locator('summary', { hasText: 'Order and filter' }).click();
    await page.locator('input[name=name]').focus();
    await page.keyboard.press('c');
    assert.equal(await page.locator('input[name=name]').inputValue(), 'c');
    await page.locator('[data-row] th a').first().focus();
    await page.keyboard.press('o');
    await page.waitForURL(/\/workbench\/item\?/);
    await page.keyboard.press('c');
    await page.waitForURL(/after=done/);
    await page.keyboard.press('r');
    await page.keyboard.type('Ready.');
    assert.equal(await page.locator('#text').inputValue(), 'Ready.');
    await page.locator('h1').click();
    await page.keyboard.press('?');
    await page.locator('#shortcuts-on').uncheck();
    await reader.go('/workbench');
    await page.keyboard.press('j');
    assert.ok(!titles.includes(await focused()));
  });

  it('[C15] nothing of it is stopped by the policy of its pages, or fails', () => assert.deepEqual(faults, []));
});
