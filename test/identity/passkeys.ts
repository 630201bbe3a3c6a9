/** A member with a passkey, and the pages that ask for it. */
import assert from 'node:assert/strict';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import {
  softwareAuthenticator,
  type CeremonyOptions,
  type SoftwareAuthenticator,
  type Twist,
} from '../fixtures/software-authenticator.js';
import { PASSWORD, signIn, type Member, type Portal } from './members.js';

/** What a page asks the authenticator. */
export function optionsIn({ text, status }: Page): CeremonyOptions {
  const [, json = ''] = /data-options="([^"]*)"/.exec(text) ?? [];
  assert.notEqual(json, '', `${status}: a page that asks for a passkey, and not ${text}`);
  return JSON.parse(json.replaceAll('&quot;', '"')) as CeremonyOptions;
}

export interface Holder {
  readonly dana: Member;
  readonly browser: PageVisitor;
  readonly device: SoftwareAuthenticator;
}

/** The address that browsers of this machine have passkeys for. */
export const originOf = ({ server }: Portal): string => server.url.replace('127.0.0.1', 'localhost');

/** Makes a passkey of the account that is signed in. */
export async function addPasskey(
  { browser, device }: Pick<Holder, 'browser' | 'device'>,
  name = 'My telephone',
  twist?: Twist,
): Promise<Page> {
  const asked = await browser.send(await browser.get('/account'), { current: PASSWORD, name }, '/account/passkey');
  return browser.send(asked, { answer: device.create(optionsIn(asked), twist) }, '/account/passkey-answer');
}

/** A member who is signed in and has a passkey. */
export async function holder(portal: Portal): Promise<Holder> {
  const dana = await portal.member();
  const browser = portal.visitor();
  await signIn(browser, dana);
  const device = softwareAuthenticator(originOf(portal));
  const done = await addPasskey({ browser, device });
  assert.match(done.text, /It is saved/);
  // The notice has arrived before anything else is sent.
  await portal.mails(dana.email);
  return { dana, browser, device };
}

/** Signs in with the passkey alone. */
export async function enter(browser: PageVisitor, device: SoftwareAuthenticator, twist?: Twist): Promise<Page> {
  await browser.get('/sign-in');
  const asked = await browser.get('/passkey');
  return browser.send(asked, { answer: device.get(optionsIn(asked), twist) }, '/passkey/answer');
}

export const isIn = ({ text }: Page): boolean => text.includes('You are signed in');

/** Who is signed in to the browser: account, and how. */
export async function whoIsIn(
  { server }: Portal,
  { cookies }: PageVisitor,
): Promise<(string | readonly string[] | undefined)[]> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const who = await server.app.identity.sessions.current({ headers: { cookie } });
  return [who?.account, who?.amr];
}
