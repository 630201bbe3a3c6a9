/** The demo's staff at a browser: each with credentials and the second step of signing in. */
import { codeOf, PASSWORD, signIn, type Portal } from './members.js';
import type { PageVisitor } from '../fixtures/page-visitor.js';

/** E-mail addresses by the id of the Practitioner, without `demo-`; their given names are the user names. */
export const staffEmails = {
  agent: 'tomas.lindqvist@cedar-valley.example.org',
  manager: 'samira.benali@cedar-valley.example.org',
  auditor: 'harriet.whitlock@cedar-valley.example.org',
  administrator: 'ines.okonkwo@cedar-valley.example.org',
  'configuration-manager': 'astrid.lindqvist@cedar-valley.example.org',
} as const;

export type Staff = keyof typeof staffEmails;

export const credentialsOf = (staff: Staff) => ({
  userName: staffEmails[staff].replace(/\..*/, ''),
  password: PASSWORD,
});

/** Gives them credentials, once. */
export async function enrolStaff({ server, storage }: Portal): Promise<void> {
  for (const staff of Object.keys(staffEmails) as Staff[]) {
    const chosen = { account: `Practitioner/demo-${staff}`, ...credentialsOf(staff) };
    await storage.store.commit({ documents: await server.app.identity.choose(chosen) });
  }
}

export async function staffVisitor(portal: Portal, staff: Staff): Promise<PageVisitor> {
  const browser = portal.visitor();
  const page = await signIn(browser, credentialsOf(staff));
  await browser.send(page, { code: codeOf(await portal.mails(staffEmails[staff])) }, '/sign-in/code');
  return browser;
}
