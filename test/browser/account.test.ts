/** The account pages in Chromium: both directions, both color schemes, narrow, by keyboard, with script and without. */
import assert from 'node:assert/strict';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { openMemory } from '../../src/store/memory/open.js';
import { PASSWORD } from '../identity/members.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { testWorld } from '../fixtures/world.js';
import { faint } from './legible.js';

/** Folder for pictures to look at. */
const pictures = process.env['PORTICO_TEST_PICTURES'];

const PATHS = ['/sign-in', '/invitation', '/activation', '/password-reset', '/user-name', '/account'];

describe('browser: account pages', () => {
  let browser: Browser | undefined;
  let server: TestServer;

  before(async () => {
    const world = testWorld();
    const storage = openMemory(world.clock);
    server = await startTestServer({ storage, world });
    const chosen = { account: 'Person/demo-patient', userName: 'dana', password: PASSWORD };
    await storage.store.commit({ documents: await server.app.identity.choose(chosen) });
    const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
    browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
  });
  after(async () => {
    await browser?.close();
    await server.close();
  });

  async function visit(
    run: (page: Page, complaints: string[]) => Promise<void>,
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<void> {
    const context: BrowserContext = await browser!.newContext({ viewport: { width: 360, height: 740 }, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', message => complaints.push(message.text()));
    try {
      await run(page, complaints);
    } finally {
      await context.close();
    }
  }

  async function signIn(page: Page, language = 'en'): Promise<void> {
    await page.goto(`${server.url}/sign-in?lang=${language}`);
    await page.fill('#userName', 'dana');
    await page.fill('#password', PASSWORD);
    await page.click('main button[type=submit]');
    await page.waitForURL(/\/account/);
  }

  for (const language of ['en', 'ar'] as const)
    for (const colorScheme of ['light', 'dark'] as const)
      it(`[RN-14] [RN-10] every page is legible, narrow, and in the direction of ${language}, ${colorScheme}`, () =>
        visit(
          async (page, complaints) => {
            await signIn(page, language);
            for (const path of PATHS) {
              await page.goto(`${server.url}${path}?lang=${language}`);
              assert.equal(await page.evaluate('document.dir'), language === 'ar' ? 'rtl' : 'ltr');
              assert.deepEqual(await page.evaluate(faint), [], path);
              assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360, path);
              const unnamed = await page.evaluate(
                `[...document.querySelectorAll('main input:not([type=hidden], [hidden])')].filter(one => one.labels.length !== 1).length`,
              );
              assert.equal(unnamed, 0, path);
              const twice = await page.evaluate(
                `(() => { const ids = [...document.querySelectorAll('[id]')].map(one => one.id); return ids.filter((id, at) => ids.indexOf(id) !== at); })()`,
              );
              assert.deepEqual(twice, [], path);
              if (pictures !== undefined)
                await page.screenshot({ path: `${pictures}${path}-${language}-${colorScheme}.png`, fullPage: true });
            }
            assert.deepEqual(complaints, []);
          },
          { colorScheme },
        ));

  it('[RN-14] somebody signs in by keyboard alone, without script, and reads the problem first', () =>
    visit(
      async page => {
        await page.goto(`${server.url}/sign-in`);
        await page.focus('#userName');
        await page.keyboard.type('dana');
        await page.keyboard.press('Tab');
        await page.keyboard.type('some other password');
        await page.keyboard.press('Enter');
        await page.getByRole('alert').waitFor();
        assert.match(await page.getByRole('alert').innerText(), /do not belong together/);
        assert.equal(await page.inputValue('#userName'), 'dana');
        assert.equal(await page.inputValue('#password'), '');
        await page.fill('#password', PASSWORD);
        await page.keyboard.press('Enter');
        await page.waitForURL(/\/account/);
        assert.match(await page.locator('main').innerText(), /signed in as dana/);
      },
      { javaScriptEnabled: false },
    ));

  it('[PC-3] [C01] the code of a link is in its field, and in no address that is sent', () =>
    visit(async (page, complaints) => {
      const asked: string[] = [];
      page.on('request', request => asked.push(request.url() + (request.headers()['referer'] ?? '')));
      await page.goto(`${server.url}/invitation#ABCD-EFGH`);
      assert.equal(await page.inputValue('#code'), 'ABCD-EFGH');
      assert.equal(new URL(page.url()).hash, '');
      await page.getByText('العربية').click();
      assert.equal(await page.inputValue('#code'), 'ABCD-EFGH');
      assert.ok(asked.every(url => !url.split('#')[0]?.includes('ABCD')));
      assert.deepEqual(complaints, []);
    }));

  it('[C15] scripts of pages see none of the cookies', () =>
    visit(async page => {
      await signIn(page);
      assert.equal(await page.evaluate('document.cookie'), '');
      const cookies = await page.context().cookies();
      assert.ok(cookies.length >= 2);
      assert.ok(cookies.every(({ httpOnly, sameSite }) => httpOnly && sameSite === 'Lax'));
    }));
});
