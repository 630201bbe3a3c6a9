/** Passkeys in Chromium, with an authenticator of its own. https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/ */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core';
import { openMemory } from '../../src/store/memory/open.js';
import { startTestServer } from '../fixtures/server.js';
import { testWorld } from '../fixtures/world.js';
import { configure, PASSWORD, portalOf, type Member, type Portal } from '../identity/members.js';
import { unreachableStaff } from '../identity/unreachable-staff.js';

/** Folder for pictures to look at. */
const PICTURES = process.env['PORTICO_TEST_PICTURES'];

interface Device {
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly authenticatorId: string;
  readonly complaints: string[];
}

describe('browser: passkeys', () => {
  let browser: Browser;
  let portal: Portal;
  /** Passkeys are of a name; the numeric address has none. */
  let site: string;

  before(async () => {
    const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
    browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
    const world = testWorld();
    const storage = openMemory(world.clock);
    portal = portalOf(await startTestServer({ storage, world }), storage, world, 'demo');
    site = portal.server.url.replace('127.0.0.1', 'localhost');
  });
  after(async () => {
    await portal.server.close();
    await browser.close();
  });
  beforeEach(() => portal.world.advance(3_600_000));

  /** A person with a telephone that knows who holds it. */
  async function withDevice(run: (device: Device) => Promise<void>, isUserVerified = true): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    const complaints: string[] = [];
    page.on('console', message => complaints.push(message.text()));
    await cdp.send('WebAuthn.enable');
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
        ...{ isUserVerified, automaticPresenceSimulation: true },
      },
    });
    try {
      await run({ page, cdp, authenticatorId, complaints });
    } finally {
      await context.close();
    }
  }

  const send = async (page: Page, action: string, fields: Readonly<Record<string, string>> = {}): Promise<void> => {
    const form = page.locator(`form[action^="${action}"]`).first();
    for (const [name, value] of Object.entries(fields)) await form.locator(`[name="${name}"]`).last().fill(value);
    await form.locator('button[type=submit]').click();
  };

  const signIn = async (page: Page, { userName, password }: Pick<Member, 'userName' | 'password'>): Promise<void> => {
    await page.goto(`${site}/sign-in?lang=en`);
    await send(page, '/sign-in', { userName, password });
  };

  const signOut = async (page: Page): Promise<void> => {
    await page.goto(`${site}/account?lang=en`);
    await send(page, '/sign-out');
    await page.waitForURL(/\/sign-in/);
  };

  const add = async (page: Page, name: string): Promise<void> => {
    await page.goto(`${site}/account?lang=en`);
    await send(page, '/account/passkey', { name, current: PASSWORD });
    await page.waitForURL(/\/account\?.*after=saved/);
  };

  const main = (page: Page): Promise<string> => page.locator('main').innerText();

  async function pictured(page: Page, name: string): Promise<void> {
    if (PICTURES === undefined) return;
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
  }

  it('[RN-15] a passkey is made, signs in alone, and is refused once it is removed', () =>
    withDevice(async ({ page, cdp, authenticatorId, complaints }) => {
      const dana = await portal.member();
      await signIn(page, dana);
      await add(page, 'My telephone');
      assert.match(await main(page), /My telephone/);
      await pictured(page, 'account-with-passkey');
      const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
      assert.deepEqual(
        credentials.map(({ rpId, isResidentCredential }) => [rpId, isResidentCredential]),
        [['localhost', true]],
      );
      await signOut(page);
      await page.getByRole('link', { name: 'Sign in with a passkey' }).click();
      await page.waitForURL(/\/account/);
      assert.match(await main(page), new RegExp(`signed in as ${dana.userName}`));
      await page.getByRole('link', { name: 'Remove' }).last().click();
      await send(page, '/account/remove-method', { current: PASSWORD });
      await page.waitForURL(/after=saved/);
      await signOut(page);
      assert.deepEqual(complaints, []);
      await page.getByRole('link', { name: 'Sign in with a passkey' }).click();
      await page.getByText('does not open an account here').waitFor();
      await page.goto(`${site}/account?lang=en`);
      assert.match(page.url(), /\/sign-in/);
    }));

  it('[RN-15] the same device makes no second passkey of an account, and says so', () =>
    withDevice(async ({ page }) => {
      await signIn(page, await portal.member());
      await add(page, 'My telephone');
      await send(page, '/account/passkey', { name: 'Again', current: PASSWORD });
      await page.getByRole('alert').getByText('There is a passkey for your account on this device already').waitFor();
      await pictured(page, 'passkey-known');
    }));

  it('[RN-15] it is the second factor after the password', () =>
    withDevice(async ({ page }) => {
      const dana = await portal.member();
      await signIn(page, dana);
      await add(page, 'My telephone');
      await page.locator('form:has(input[name=factor][value=passkey]) input[type=password]').fill(PASSWORD);
      await page.locator('form:has(input[name=factor][value=passkey]) button').click();
      await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
      await signOut(page);
      await signIn(page, dana);
      await page.getByRole('heading', { name: 'One more step' }).waitFor();
      await pictured(page, 'second-factor-passkey');
      await page.getByRole('link', { name: 'Use your passkey' }).click();
      await page.waitForURL(/\/account/);
      assert.match(await main(page), new RegExp(dana.userName));
    }));

  it('[RN-15] whoever does not unlock the device does not get in by the passkey alone', () =>
    withDevice(async ({ page, cdp, authenticatorId }) => {
      await signIn(page, await portal.member());
      await add(page, 'My telephone');
      await signOut(page);
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
      await page.getByRole('link', { name: 'Sign in with a passkey' }).click();
      await page.getByRole('alert').getByText('That did not work').waitFor();
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
      await page.getByRole('button', { name: 'Use your passkey' }).click();
      await page.waitForURL(/\/account/);
    }));

  it('[RN-15] who must have a second factor and has none makes a passkey before anything else', () =>
    withDevice(async ({ page }) => {
      const nurse = await unreachableStaff(portal);
      await signIn(page, nurse);
      await page.getByRole('button', { name: 'Add a passkey' }).click();
      await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
      await page.goto(`${site}/account?lang=en`);
      assert.match(await main(page), new RegExp(nurse.userName));
    }));

  it('[RN-15] [R126] an app that waits is led back to after a sign-in by passkey', () =>
    withDevice(async ({ page }) => {
      await signIn(page, await portal.member());
      await add(page, 'My telephone');
      await signOut(page);
      await page.goto(`${site}/sign-in?lang=en&return=/fhir/portal/Patient`);
      await page.getByRole('link', { name: 'Sign in with a passkey' }).click();
      await page.waitForURL(`${site}/fhir/portal/Patient`);
    }));

  it('[RN-15] where the organization asks all members for a second factor, the passkey alone is enough', () =>
    withDevice(async ({ page }) => {
      await signIn(page, await portal.member());
      await add(page, 'My telephone');
      await signOut(page);
      await configure(portal, { 'second-factor': { valueCode: 'required' } });
      await page.getByRole('link', { name: 'Sign in with a passkey' }).click();
      await page.waitForURL(/\/account/);
      await configure(portal, { 'second-factor': { valueCode: 'optional' } });
    }));
});
