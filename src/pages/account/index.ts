/** The pages by which people sign in and keep their accounts. */
import type { Express } from 'express';
import { accountPage, signOutPage, type AccountPageParts } from './account.js';
import { signInPage, type SignInPageParts } from './sign-in.js';
import { serveForm, type Site } from './visit.js';

export type AccountPagesParts = Pick<Site, 'forms'> & SignInPageParts & AccountPageParts;

export function serveAccountPages(app: Express, parts: AccountPagesParts, site: Omit<Site, 'forms'>): void {
  const { forms } = parts;
  for (const page of [signInPage(parts), accountPage(parts), signOutPage(parts)])
    serveForm(app, page, { ...site, forms });
}
