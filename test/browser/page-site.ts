/** A portal with members, and readers who open its pages in Chromium: for the list of pages. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openMemory } from '../../src/store/memory/open.js';
import { startTestServer } from '../fixtures/server.js';
import { testWorld } from '../fixtures/world.js';
import { watchRoutes } from '../fixtures/express-routes.js';
import { startLyingProvider, type LyingProvider } from '../fixtures/lying-provider.js';
import { PASSWORD, portalOf, type Member, type Portal } from '../identity/members.js';
import { enrolStaff } from '../identity/staff-visitor.js';
import { CLIENT, modelOf, SECRET, settingsOf } from '../identity/outsiders.js';

export interface PageSite {
  readonly portal: Portal;
  /** What Express serves: `GET /sign-in`. */
  readonly routes: readonly string[];
  /** Somebody at a browser that is new. */
  reader(options: BrowserContextOptions & { language: string }): Promise<Reader>;
  close(): Promise<void>;
}

/** A person at a browser. */
export interface Reader {
  readonly page: Page;
  readonly portal: Portal;
  /** An identity provider, which lies as it is told. */
  readonly provider: LyingProvider;
  /** Opens a path of the server in the reader's language. */
  go(path: string): Promise<void>;
  /** Fills the form whose action begins with this path, and sends it. */
  send(action: string, fields?: Readonly<Record<string, string>>): Promise<void>;
  /** Signs in through the page; with nobody named as a new member. */
  signIn(member?: Pick<Member, 'userName' | 'password'>): Promise<void>;
  leave(): Promise<void>;
}

/** Somebody of the staff, whose sign-in has two steps. */
export const AGENT = { userName: 'tomas', password: PASSWORD };

export async function startPageSite(browser: Browser): Promise<PageSite> {
  const world = testWorld();
  const storage = openMemory(world.clock);
  const watched = watchRoutes();
  const provider = await startLyingProvider(CLIENT, SECRET);
  const name = { en: 'Clinic ID', ar: 'هوية العيادة' };
  const providers = [settingsOf('clinic', provider.issuer, { name })];
  const env = { PORTICO_IDENTITY_PROVIDERS: JSON.stringify(providers) };
  const server = await startTestServer({ storage, world, env });
  const routes = watched();
  const portal = portalOf(server, storage, world, 'demo');
  await enrolStaff(portal);
  await modelOf(portal, 'both', 'both', { 'self-enrollment': { valueCode: 'on' } });
  return {
    portal,
    routes,
    async reader({ language, ...options }) {
      const context = await browser.newContext({ locale: language, ...options });
      return readerAt(await context.newPage(), language, portal, provider);
    },
    async close() {
      await server.close();
      await provider.close();
    },
  };
}

function readerAt(page: Page, language: string, portal: Portal, provider: LyingProvider): Reader {
  const reader: Reader = {
    ...{ page, portal, provider },
    async go(path) {
      const url = new URL(path, portal.server.url);
      url.searchParams.set('lang', language);
      await page.goto(url.href);
    },
    async send(action, fields = {}) {
      const form = page.locator(`form[action^="${action}"]`).first();
      for (const [name, value] of Object.entries(fields)) await form.locator(`[name="${name}"]`).last().fill(value);
      await form.locator('button[type=submit]').first().click();
      await page.waitForLoadState();
    },
    async signIn(member) {
      // No reader waits for the tries of those before.
      portal.world.advance(3_600_000);
      const { userName, password } = member ?? (await portal.member());
      await reader.go('/sign-in');
      await reader.send('/sign-in', { userName, password });
    },
    leave: () => page.context().close(),
  };
  return reader;
}
