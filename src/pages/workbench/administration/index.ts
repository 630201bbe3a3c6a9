/** The administration of the Workbench: groups with their flows and agents, and what else administrators keep. */
import type { Section } from '../parts.js';
import { clinicalGroupPage } from './clinical-group.js';
import { groupsPage } from './groups.js';
import { GROUPS, USERS } from './paths.js';
import { userPages } from './user.js';
import { usersPage } from './users.js';
import { workflowGroupPages } from './workflow-group.js';

export const groupsSection: Section = {
  path: GROUPS,
  word: 'adminGroups',
  roles: ['healthcare-administrator', 'manager'],
  pages: [groupsPage, clinicalGroupPage, ...workflowGroupPages],
};

export const usersSection: Section = {
  path: USERS,
  word: 'adminUsers',
  roles: ['healthcare-administrator'],
  pages: [usersPage, ...userPages],
};
