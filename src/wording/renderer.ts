/** Notices in words: the wording is looked for by topic and language, and what fails to render gives way to the next one. */
import { iconOf } from '../configuration/icon.js';
import { languageCandidates, SOURCE } from '../texts/language.js';
import type { Texts } from '../texts/words.js';
import type { MailFrame } from './mail-frame.js';
import { renderParts } from './rendered.js';
import type { RenderedNotice } from './rendered-notice.js';
import type { NoticeSettings, Templates } from './templates.js';
import type { Scope } from './template.js';
import type { NoticeText, Wording } from './wording.js';

export interface RendererParts {
  /** The wordings in force at this moment. */
  readonly wordings: () => Promise<readonly Wording[]>;
  /** As they are installed: the last resort. */
  readonly shipped: readonly Wording[];
  /** The texts at this moment. */
  readonly texts: () => Promise<Texts>;
  readonly frame: MailFrame;
  /** Gets the error of a wording that failed and gave way. */
  readonly report: (error: unknown) => void;
}

export function createRenderer(parts: RendererParts): Templates {
  return {
    async render(event, requested, parameters, shown) {
      const { topic = '' } = parameters;
      const of = { event, ...(topic === '' ? {} : { topic }) };
      const wanted = { ...of, languages: languageCandidates(requested, shown) };
      const candidates = [...textsFor(await parts.wordings(), wanted), ...textsFor(parts.shipped, wanted)];
      let failure: unknown = new Error(`there is no wording of ${event}`);
      for (const text of candidates) {
        try {
          return await renderText(text, parameters, shown, parts);
        } catch (error) {
          failure = error;
          if (text !== candidates.at(-1)) parts.report(error);
        }
      }
      throw failure;
    },
  };
}

interface Wanted {
  readonly event: string;
  readonly topic?: string;
  /** The reader's, then the default one. */
  readonly languages: readonly string[];
}

/**
 * Topic and language, topic and default language, event and language, event and default language; at last the source
 * language.
 */
function textsFor(wordings: readonly Wording[], { event, topic, languages }: Wanted): NoticeText[] {
  const of = (about: string | undefined, tags: readonly string[]): NoticeText[] => {
    const texts = wordings.filter(one => one.event === event && one.topic === about).flatMap(one => one.texts);
    return inOrder(texts, tags);
  };
  return [...(topic === undefined ? [] : of(topic, languages)), ...of(undefined, [...languages, SOURCE])];
}

const inOrder = <Text extends { readonly language: string }>(texts: readonly Text[], tags: readonly string[]): Text[] =>
  [...new Set(tags)].flatMap(tag => texts.filter(({ language }) => language === tag));

/** The text of a wording for a reader: in their language, else the default one, else any. */
export const textFor = <Text extends { readonly language: string }>(
  { texts }: { readonly texts: readonly Text[] },
  languages: readonly string[],
): Text | undefined => inOrder(texts, languages)[0] ?? texts[0];

/** A text as it is sent, with the frame of its e-mail. */
export async function renderText(
  text: NoticeText,
  parameters: Scope,
  shown: NoticeSettings,
  { texts, frame }: Pick<RendererParts, 'texts' | 'frame'>,
): Promise<RenderedNotice> {
  const words = (await texts()).in(text.language);
  const scope = {
    given: '',
    ...parameters,
    language: text.language,
    organization: shown['organization-title'] ?? words.texts.provider,
    telephone: shown['help-telephone'] ?? '',
    help: shown['help-page'] ?? '',
    accent: shown['accent-color'],
    zone: shown['time-zone'],
    application: shown['application-title'] ?? '',
    postalAddress: shown['postal-address'] ?? '',
  };
  return frame(renderParts(text, scope), text.language, words, scope, mailIcon(shown));
}

/** Mail programs show no SVG. */
function mailIcon({ icon }: NoticeSettings): Buffer | undefined {
  const found = icon && iconOf(icon);
  return found?.type === 'image/png' ? found.bytes : undefined;
}
