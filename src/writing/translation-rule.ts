/** The rule for writes of translations: one for each language. */
import type { Basic } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import { asJson, typed } from '../fhir/resource.js';
import { step } from '../portal/step.js';
import type { WriteRule } from '../service.js';
import { MOST_TRANSLATIONS, TRANSLATION, translationIssues } from '../texts/translation.js';
import { readerOf, type ReaderParts } from './workflow-reader.js';
import { withProfile } from './with-profile.js';

export const translationRule =
  (parts: ReaderParts): WriteRule =>
  async (resource, _previous, context) => {
    const { own } = parts.definitions;
    const next = typed<Basic>(withProfile(resource, own.structure(TRANSLATION)));
    const issues = translationIssues(next, own);
    if (issues.length > 0) throw new Fault('unprocessable', 'The translation has wrong texts.', { issues });
    const all = readerOf(context, context.asSystem('translation: the other languages'), parts);
    const query: [string, string][] = [['code', `${own.codeSystem('basic-type')}|${TRANSLATION}`]];
    const found = await all.find<Basic>('Basic', query, MOST_TRANSLATIONS);
    const other = found.find(one => one.resource.language === next.language && one.resource.id !== next.id);
    if (other) {
      throw new Fault('unprocessable', `Basic/${other.resource.id} is the translation into ${next.language}.`, {
        code: 'duplicate',
        expression: 'Basic.language',
      });
    }
    return { resource: asJson(next), step: step({ criteria: [all.still('Basic', query, found)] }) };
  };
