/** Every page under axe's rules, in both languages, light and dark, on a narrow screen. https://github.com/dequelabs/axe-core */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { faint } from './legible.js';
import { pages, withoutPage, type ListedPage } from './pages.table.js';
import { startPageSite, type PageSite } from './page-site.js';

/** Folder for pictures to look at. */
const PICTURES = process.env['PORTICO_TEST_PICTURES'];

/** https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds by these rules, as text. */
const auditBy = (
  rules: object,
): string => `axe.run(document, { runOnly: ${JSON.stringify(rules)}, resultTypes: ['violations'] })
  .then(({ violations }) => violations.map(({ id, impact, nodes }) => id + ' (' + impact + '): ' + nodes.map(one => one.html + ' ' + one.failureSummary).join(' | ')))`;

/** The other color scheme changes colors alone. */
const audits = {
  light: auditBy({ type: 'tag', values: TAGS }),
  dark: auditBy({ type: 'rule', values: ['color-contrast', 'link-in-text-block'] }),
};

describe('browser: every page is accessible', () => {
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

  it('[R135] the list has every route', () => {
    const listed = new Set([...pages.flatMap(({ routes = [] }) => routes), ...withoutPage]);
    assert.deepEqual(
      site.routes.filter(route => !listed.has(route) && !route.startsWith('GET /assets/')),
      [],
    );
    assert.deepEqual(
      [...listed].filter(route => !site.routes.includes(route)),
      [],
    );
  });

  for (const listed of pages)
    for (const language of ['en', 'ar']) it(`[R135] [RN-10] ${listed.name}, ${language}`, () => look(listed, language));

  async function look({ name, open, routes = [] }: ListedPage, language: string): Promise<void> {
    const reader = await site.reader({ language, viewport: { width: 360, height: 740 } });
    const { page } = reader;
    const asked: string[] = [];
    page.on('request', request => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
    try {
      await open(reader);
      if (routes.length > 0)
        assert.ok(
          routes.some(route => asked.some(one => isAt(one, route))),
          `went to ${routes[0]}`,
        );
      await page.evaluate(axe.source);
      assert.equal(await page.evaluate('document.dir'), language === 'ar' ? 'rtl' : 'ltr');
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await page.evaluate(audits[colorScheme]), [], colorScheme);
        assert.deepEqual(await page.evaluate(faint), [], colorScheme);
        await pictured(page, `${name}-${language}-${colorScheme}`);
      }
    } finally {
      await reader.leave();
    }
  }
});

/** Whether the request `GET /mail/1` goes to the route `GET /mail/:id`. */
const isAt = (request: string, route: string): boolean =>
  new RegExp(`^${route.replace(/[.$]/g, '\\$&').replace(/:\w+/g, '[^/]+')}$`).test(request);

async function pictured(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
}
