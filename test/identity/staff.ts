/** Members of the demo's staff who sign in with their second factor, by the ids of their Practitioners. */
import type { PageVisitor } from '../fixtures/page-visitor.js';
import { codeOf, PASSWORD, signIn, type Portal } from './members.js';

const chosen = new WeakMap<Portal['storage'], Map<string, Promise<void>>>();
const signedIn = new WeakMap<Portal['storage'], Set<string>>();

export interface StaffMember {
  readonly userName: string;
  readonly password: string;
  readonly email: string;
}

/** Their credentials, chosen once. @param id `demo-administrator` */
export async function staffMember({ fhir, server, storage }: Portal, id: string): Promise<StaffMember> {
  const own = { userName: id.replaceAll('-', '.'), password: PASSWORD };
  const known = chosen.get(storage) ?? new Map<string, Promise<void>>();
  chosen.set(storage, known);
  const choosing = async (): Promise<void> => {
    const documents = await server.app.identity.choose({ account: `Practitioner/${id}`, ...own });
    await storage.store.commit({ documents });
  };
  const choice = known.get(id) ?? choosing();
  known.set(id, choice);
  await choice;
  const person = await fhir('demo-system', 'GET', `Practitioner/${id}`);
  const [email] = person['telecom'] as { value: string }[];
  return { ...own, email: email?.value ?? '' };
}

/** A browser in which they are signed in. Who signs in again does so an hour later, when all sessions of before have ended. */
export async function staffVisitor(portal: Portal, id: string): Promise<PageVisitor> {
  const member = await staffMember(portal, id);
  const before = signedIn.get(portal.storage) ?? new Set();
  if (before.has(id)) portal.world.advance(3600_000);
  signedIn.set(portal.storage, before.add(id));
  const browser = portal.visitor();
  const page = await signIn(browser, member);
  await browser.send(page, { code: codeOf(await portal.mails(member.email)) }, '/sign-in/code');
  return browser;
}
