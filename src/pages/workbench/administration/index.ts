/** The administration of the Workbench: groups with their flows and agents, and what else administrators keep. */
import type { Section } from '../parts.js';
import { clinicalGroupPage } from './clinical-group.js';
import { groupsPage } from './groups.js';
import { GROUPS } from './paths.js';
import { workflowGroupPages } from './workflow-group.js';

export const groupsSection: Section = {
  path: GROUPS,
  word: 'adminGroups',
  roles: ['healthcare-administrator', 'manager'],
  pages: [groupsPage, clinicalGroupPage, ...workflowGroupPages],
};
