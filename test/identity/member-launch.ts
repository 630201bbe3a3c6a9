/** A member launches the demo app in a browser, and signs in there by password where nobody is signed in. */
import assert from 'node:assert/strict';
import type { CookieJar } from '../fixtures/cookie-jar.js';
import { App } from './launch.js';
import type { Member, Portal } from './members.js';

export const SCOPE = 'openid fhirUser launch/patient patient/*.rs';

/** The answer that brings the app its tokens. */
export async function launchedBy(
  { userName, password }: Pick<Member, 'userName' | 'password'>,
  { server }: Pick<Portal, 'server'>,
  jar: CookieJar,
  scope = SCOPE,
): Promise<Record<string, unknown>> {
  const app = new App(server);
  const asked = await app.ask({ jar, scope });
  let page = asked.shown;
  const [, link] = /href="(\/sign-in[^"]+)"/.exec(page.text) ?? [];
  if (link !== undefined) {
    const form = await jar.open(new URL(link.replaceAll('&amp;', '&'), page.url).href, asked.redirect);
    const fields: [string, string][] = [
      ['userName', userName],
      ['password', password],
    ];
    page = await jar.send(form, fields, asked.redirect);
  }
  const shown = await app.allow(asked, page, {});
  const { status, body } = await app.exchange({ ...asked, shown, back: new URL(shown.url) });
  assert.equal(status, 200, shown.text);
  return body;
}
