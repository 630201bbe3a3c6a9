/** What the portal's rules for writes are made of. */
import type { PortalSettings } from '../service.js';
import type { FileRuleParts } from './file-rules.js';

export interface PortalRuleParts extends FileRuleParts {
  readonly portal: PortalSettings;
}
