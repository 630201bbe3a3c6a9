/** The demo's agent at a browser without script. */
import { codeOf, PASSWORD, signIn, type Portal } from '../identity/members.js';
import type { PageVisitor } from '../fixtures/page-visitor.js';

const EMAIL = 'tomas.lindqvist@cedar-valley.example.org';
const AGENT = { userName: 'tomas', password: PASSWORD };

/** Gives the agent a user name and a password. */
export async function chooseAgent({ storage, server }: Portal): Promise<void> {
  const documents = await server.app.identity.choose({ account: 'Practitioner/demo-agent', ...AGENT });
  await storage.store.commit({ documents });
}

/** Signs the agent in, with the second factor. */
export async function signedInAgent(portal: Portal): Promise<PageVisitor> {
  portal.world.advance(3600_000);
  const browser = portal.visitor();
  const page = await signIn(browser, AGENT);
  await browser.send(page, { code: codeOf(await portal.mails(EMAIL)) }, '/sign-in/code');
  return browser;
}
