/** The wordings of notices: those stored, which are in force with the next notice of every process, and those installed. */
import { join } from 'node:path';
import type { ActivityDefinition } from 'fhir/r4.js';
import { whileUnchanged } from '../configuration/current.js';
import type { Log } from '../observe/log.js';
import { projectRoot } from '../project-root.js';
import type { Texts } from '../texts/words.js';
import { loadMailFrame } from '../wording/mail-frame.js';
import { shippedWordings } from '../wording/shipped.js';
import { activeWordings, MOST_WORDINGS, wordingOf } from '../wording/wording.js';
import { createWordings, type Wordings } from '../wording/wordings.js';
import { portalEpoch } from './configuration.js';
import { serverReader, type ServerReaderParts } from './server-reader.js';

export function wordingsIn(
  parts: ServerReaderParts,
  texts: () => Promise<Texts>,
  log: Log,
): { wordings: Wordings; shipped: readonly ActivityDefinition[] } {
  const { own } = parts.model.definitions;
  const folder = join(projectRoot(), 'templates');
  const shipped = shippedWordings(folder, own);
  const stored = whileUnchanged(portalEpoch(parts), async () => {
    const found = await serverReader(parts).find<ActivityDefinition>(
      'ActivityDefinition',
      activeWordings(own),
      MOST_WORDINGS,
    );
    return found.map(({ resource }) => wordingOf(resource, own));
  });
  const wordings = createWordings({
    own,
    texts,
    wordings: stored,
    shipped: shipped.map(one => wordingOf(one, own)),
    frame: loadMailFrame(folder),
    report: error => log.error('wording', error),
  });
  return { wordings, shipped };
}
