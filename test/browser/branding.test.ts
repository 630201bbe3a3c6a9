/** Pages and e-mails under two brandings, in both directions. */
import assert from 'node:assert/strict';
import { chromium, type Browser } from 'playwright-core';
import { configurationOf } from '../../src/configuration/resource.js';
import type { Configuration } from '../../src/configuration/settings.table.js';
import { FILE_BASE, ownCanonicals } from '../../src/fhir/own-canonicals.js';
import { createApp } from '../../src/http/app.js';
import { startServer, type RunningServer } from '../../src/http/server.js';
import { installedWordings } from '../wording/installed.js';
import { framingOf, testParts } from '../http/harness.js';
import { faint } from './legible.js';

const drawing =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#7a1f5c"/></svg>';

const plain = configurationOf(undefined, ownCanonicals(FILE_BASE));
const branded: Configuration = {
  ...plain,
  'organization-title': 'Riverside Health',
  'application-title': 'MyRiverside',
  'accent-color': '#7a1f5c',
  'paper-color': '#fff8fb',
  icon: { contentType: 'image/svg+xml', data: Buffer.from(drawing).toString('base64') },
};

describe('browser: branding', () => {
  let browser: Browser | undefined;
  let server: RunningServer | undefined;
  let configuration = plain;

  before(async () => {
    const { parts } = testParts();
    const now = () => Promise.resolve(configuration);
    const pages = { ...parts.pages, configuration: now, framing: framingOf(now) };
    const options = { host: '127.0.0.1', port: 0, requestTimeout: 30_000 };
    server = await startServer(createApp({ ...parts, secure: false, pages }), options);
    const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
    browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
  });
  after(async () => {
    await browser?.close();
    await server?.stop({ grace: 0 });
  });

  for (const [name, settings, title] of [
    ['plain', plain, { en: 'Portico', ar: 'بورتيكو' }],
    ['branded', branded, { en: 'MyRiverside', ar: 'MyRiverside' }],
  ] as const)
    for (const language of ['en', 'ar'] as const)
      for (const colorScheme of ['light', 'dark'] as const)
        it(`[RN-27] pages show title, icon and colors with the next request, ${name}, ${language}, ${colorScheme}`, async () => {
          configuration = settings;
          const context = await browser!.newContext({ colorScheme, viewport: { width: 360, height: 740 } });
          const page = await context.newPage();
          const complaints: string[] = [];
          page.on('console', message => complaints.push(message.text()));
          try {
            for (const path of ['/', '/not-for-me?token=x']) {
              await page.goto(
                `http://127.0.0.1:${server!.port}${path}${path.includes('?') ? '&' : '?'}lang=${language}`,
              );
              assert.equal(await page.locator('.brand').innerText(), title[language]);
              assert.equal(await page.locator('.brand img').count(), settings.icon ? 1 : 0);
              if (settings.icon)
                assert.ok(await page.evaluate('document.querySelector(".brand img").naturalWidth > 0'));
              assert.deepEqual(await page.evaluate(faint), []);
              assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360);
            }
            const color = await page.evaluate(`getComputedStyle(document.querySelector('button')).backgroundColor`);
            if (colorScheme === 'light')
              assert.equal(color, settings === branded ? 'rgb(122, 31, 92)' : 'rgb(23, 89, 90)');
            assert.deepEqual(complaints, []);
          } finally {
            await context.close();
          }
        });

  for (const settings of [plain, branded])
    for (const language of ['en', 'ar'])
      it(`[RN-27] [RN-10] an e-mail is legible and runs in the direction of ${language}, ${settings['accent-color']}`, async () => {
        const links = { preferences: 'https://x.example.org/p', misdirected: 'https://x.example.org/n' };
        const invitation = {
          given: 'Dana',
          code: 'ABCD',
          link: 'https://x.example.org',
          topic: '',
          until: '2026-03-15',
        };
        const templates = installedWordings();
        const mail = await templates.render('invitation', language, { ...invitation, ...links }, settings);
        const page = await browser!.newPage({ viewport: { width: 360, height: 740 } });
        try {
          // As web mail shows it: the body's content inside a page of its own.
          await page.setContent(
            `<main>${mail.html.slice(mail.html.indexOf('<div'), mail.html.lastIndexOf('</body>'))}</main>`,
          );
          assert.deepEqual(await page.evaluate(faint), []);
          assert.equal(
            await page.evaluate(`getComputedStyle(document.querySelector('main p')).direction`),
            language === 'ar' ? 'rtl' : 'ltr',
          );
          assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360);
        } finally {
          await page.close();
        }
      });
});
