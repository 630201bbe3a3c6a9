/** The wordings of notices: rendered, checked and previewed. */
import type { ActivityDefinition } from 'fhir/r4.js';
import type { Issue } from '../fhir/fault.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { languageCandidates, rangesOf } from '../texts/language.js';
import { sampleScope, wordingIssues } from './check.js';
import { isEvent, parametersOf } from './parameters.table.js';
import { createRenderer, renderText, textFor, type RendererParts } from './renderer.js';
import type { RenderedNotice } from './rendered-notice.js';
import type { NoticeSettings, Templates } from './templates.js';
import { wordingOf, type Wording } from './wording.js';

export interface Wordings extends Templates {
  /** What is wrong with a wording that holds to its profile. */
  check(resource: ActivityDefinition): Issue[];
  /**
   * A wording without issues, rendered for a sample.
   * @param given in place of the sample's
   */
  preview(
    resource: ActivityDefinition,
    language: string | undefined,
    given: string | undefined,
    shown: NoticeSettings,
  ): Promise<RenderedNotice>;
  /** Whether invitations of this topic have a wording of their own. */
  hasTopic(topic: string): Promise<boolean>;
  /** The events and topics, as in `invitation/visit`, that have no wording in this language. */
  missing(language: string): Promise<string[]>;
}

export interface WordingsParts extends RendererParts {
  readonly own: OwnCanonicals;
}

export function createWordings(parts: WordingsParts): Wordings {
  const { own, wordings } = parts;
  return {
    ...createRenderer(parts),
    check: resource => wordingIssues(resource, own),
    async preview(resource, requested, given, shown) {
      const wording = wordingOf(resource, own);
      const text = textFor(wording, languageCandidates(requested, shown));
      if (!text || !isEvent(wording.event)) throw new Error('a wording has an event and a text');
      const samples = sampleScope(text.language, parametersOf(wording.event));
      return renderText(text, { ...samples, ...(given === undefined ? {} : { given }) }, shown, parts);
    },
    hasTopic: async topic => (await wordings()).some(one => one.event === 'invitation' && one.topic === topic),
    async missing(language) {
      const known = (wording: Wording): boolean => rangesOf(language).some(tag => wording.texts.some(isIn(tag)));
      const lacking = (await wordings()).filter(wording => !known(wording));
      return lacking.map(({ event, topic }) => (topic === undefined ? event : `${event}/${topic}`));
    },
  };
}

const isIn =
  (tag: string) =>
  ({ language }: { language: string }): boolean =>
    language === tag;
