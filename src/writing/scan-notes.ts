/** What the scan of content comes to, for its sender and for the audit: neither names the file. */
import type { Issue } from '../fhir/fault.js';
import type { AuditDetail } from '../service.js';

/** What is stored cannot be read yet. */
export const heldFile: Issue = {
  severity: 'warning',
  code: 'incomplete',
  diagnostics: 'A file is held: it opens once it has been scanned for viruses.',
};

export const virusFound = (virus: string): AuditDetail => ({ name: 'virus', before: '', after: virus });
