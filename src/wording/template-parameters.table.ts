/** What the templates of messages may show. Each may be empty. */
import type { Parameters } from './parameters.table.js';

export const templateParameters = {
  given: { about: 'Given name of the patient.', sample: 'Dana', optional: true },
  family: { about: 'Family name of the patient.', sample: 'Whitfield', optional: true },
  author: { about: 'Name of the member of staff who writes.', sample: 'Robin Okafor', optional: true },
  group: { about: 'Name of the group in whose name they write.', sample: 'Family Medicine', optional: true },
  organization: { about: 'Name of the organization.', sample: 'Riverside Health', optional: true },
  telephone: { about: 'Telephone number of the help desk.', sample: '+1 555 0100', optional: true },
} as const satisfies Parameters;

export type TemplateScope = Readonly<Record<keyof typeof templateParameters, string>>;
