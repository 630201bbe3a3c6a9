/** Words that everybody connects with the place: no good parts of a password. */
import type { Configuration } from '../../configuration/settings.table.js';

export const placeNamesOf = (
  settings: Pick<Configuration, 'organization-title' | 'application-title'>,
): readonly string[] =>
  [settings['organization-title'], settings['application-title']].filter(name => name !== undefined);
