/** The wordings of the installation, without a store. */
import { join } from 'node:path';
import type { ActivityDefinition } from 'fhir/r4.js';
import { createTexts } from '../../src/texts/words.js';
import { loadMailFrame } from '../../src/wording/mail-frame.js';
import { shippedWordings } from '../../src/wording/shipped.js';
import { wordingOf } from '../../src/wording/wording.js';
import { createWordings, type Wordings } from '../../src/wording/wordings.js';
import { own } from '../fixtures/own.js';

const folder = join(process.cwd(), 'templates');

export const shipped: readonly ActivityDefinition[] = shippedWordings(folder, own);

/** @param stored in force beside those that are installed */
export function installedWordings(stored: readonly ActivityDefinition[] = [], reported: unknown[] = []): Wordings {
  const settings = { language: ['en', 'ar'], 'default-language': 'en' };
  return createWordings({
    own,
    wordings: () => Promise.resolve(stored.map(one => wordingOf(one, own))),
    shipped: shipped.map(one => wordingOf(one, own)),
    texts: () => Promise.resolve(createTexts(new Map(), settings)),
    frame: loadMailFrame(folder),
    report: error => void reported.push(error),
  });
}
