/**
 * The sections of the Workbench, in the order of their tabs, each with its pages. The pages ask the portal's endpoint with the rights
 * of whoever is signed in, and have none of their own.
 */
import { auditSection } from './audit/index.js';
import { deliveriesSection } from './deliveries/index.js';
import { translationsSection } from './translations/index.js';
import { wordingsSection } from './wordings/index.js';
import { membersSection } from './members/index.js';
import type { Section } from './parts.js';
import { directorySections, settingsSections } from './administration/index.js';
import { inboxSection } from './inbox.js';
import { queueSection } from './queue-section.js';

export const sections: readonly Section[] = [
  queueSection,
  inboxSection,
  membersSection,
  ...directorySections,
  ...settingsSections,
  deliveriesSection,
  wordingsSection,
  translationsSection,
  auditSection,
];
