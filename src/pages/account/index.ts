/** The pages by which people sign in and keep their accounts. */
import type { Express } from 'express';
import { accountPages, type AccountPageParts } from './account.js';
import { externalPages, type ExternalPageParts } from './external.js';
import { unlinkedPages, type UnlinkedPageParts } from './unlinked.js';
import { accessPage, type AccessPageParts } from './accesses.js';
import { connectedAppPages, type ConnectedAppPageParts } from './connected-apps.js';
import { proxyInvitationPages, type ProxyInvitationPageParts } from './proxy-invitation.js';
import { profilePages, type ProfilePageParts } from './profile.js';
import { relationPages, type RelationPageParts } from './relations.js';
import { entrancePages, type EntranceParts } from './entrance.js';
import { factorSetUpPages, type FactorSetUpPageParts } from './factor-set-up.js';
import { recoveryPages, type RecoveryPageParts } from './recovery.js';
import { selfEnrollmentPage, type SelfEnrollmentPageParts } from './self-enrollment.js';
import { secondFactorPages, type SecondFactorPageParts } from './second-factor.js';
import { signInPages, type SignInPageParts } from './sign-in.js';
import { serveForm, type Site } from './visit.js';

export type AccountPagesParts = Pick<Site, 'forms'> &
  SignInPageParts &
  SecondFactorPageParts &
  FactorSetUpPageParts &
  RecoveryPageParts &
  SelfEnrollmentPageParts &
  EntranceParts &
  ExternalPageParts &
  UnlinkedPageParts &
  ConnectedAppPageParts &
  RelationPageParts &
  AccessPageParts &
  ProfilePageParts &
  ProxyInvitationPageParts &
  AccountPageParts;

export function serveAccountPages(app: Express, parts: AccountPagesParts, site: Omit<Site, 'forms'>): void {
  const { forms } = parts;
  const pages = [
    ...signInPages(parts),
    ...factorSetUpPages(parts),
    ...secondFactorPages(parts),
    ...recoveryPages(parts),
    selfEnrollmentPage(parts),
    ...entrancePages('invitation', parts),
    ...entrancePages('activation', parts),
    ...externalPages(parts),
    ...unlinkedPages(parts),
    ...connectedAppPages(parts),
    ...relationPages(parts),
    accessPage(parts),
    ...profilePages(parts),
    ...proxyInvitationPages(parts),
    ...accountPages(parts),
  ];
  for (const page of pages) serveForm(app, page, { ...site, forms });
}
