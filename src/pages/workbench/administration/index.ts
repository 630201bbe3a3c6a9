/** The administration of the Workbench: groups with their flows and agents, and what else administrators keep. */
import type { Section } from '../parts.js';
import { clientPages } from './clients.js';
import { clinicalGroupPage } from './clinical-group.js';
import { groupsPage } from './groups.js';
import { BRANDING, CLIENTS, CONFIGURATION, GROUPS, USERS } from './paths.js';
import { brandingPages } from './settings/branding.js';
import { configurationPage } from './settings/configuration.js';
import { userPages } from './user.js';
import { usersPage } from './users.js';
import { workflowGroupPages } from './workflow-group.js';

const groupsSection: Section = {
  path: GROUPS,
  word: 'adminGroups',
  roles: ['healthcare-administrator', 'manager'],
  pages: [groupsPage, clinicalGroupPage, ...workflowGroupPages],
};

const usersSection: Section = {
  path: USERS,
  word: 'adminUsers',
  roles: ['healthcare-administrator'],
  pages: [usersPage, ...userPages],
};

const configurationSection: Section = {
  path: CONFIGURATION,
  word: 'adminConfiguration',
  roles: ['configuration-manager'],
  pages: [configurationPage],
};

const brandingSection: Section = {
  path: BRANDING,
  word: 'adminBranding',
  roles: ['configuration-manager'],
  pages: brandingPages,
};

const clientsSection: Section = {
  path: CLIENTS,
  word: 'adminClients',
  roles: ['system-administrator'],
  pages: clientPages,
};

/** Who works here, and what for. */
export const directorySections: readonly Section[] = [groupsSection, usersSection];
/** What the portal is to everybody. */
export const settingsSections: readonly Section[] = [configurationSection, brandingSection, clientsSection];
