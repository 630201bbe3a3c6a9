/** The frame of every e-mail around the words of its notice: templates/layout.liquid and layout-text.liquid. https://liquidjs.com */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Liquid } from 'liquidjs';
import { directionOf } from '../texts/language.js';
import { defined } from '../fhir/defined.js';
import type { Words } from '../texts/words.js';
import type { RenderedParts } from './rendered.js';
import type { RenderedNotice } from './rendered-notice.js';
import type { Scope } from './template.js';

/** @param language of the notice's own words */
export type MailFrame = (
  parts: RenderedParts,
  language: string,
  words: Words,
  scope: Scope,
  icon?: Buffer,
) => RenderedNotice;

/** @param folder of the two files */
export function loadMailFrame(folder: string): MailFrame {
  const plain = new Liquid({ strictVariables: true, ownPropertyOnly: true });
  const markup = new Liquid({ strictVariables: true, ownPropertyOnly: true, outputEscape: 'escape' });
  const source = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const text = plain.parse(source('layout-text.liquid'));
  const html = markup.parse(source('layout.liquid'));
  return ({ subject, sms, ...body }, language, words, scope, icon) => {
    const sentBy = words.t('mailSentBy', { organization: scope['organization'] ?? '' });
    const direction = directionOf(language);
    const shown = { ...scope, language, direction, subject, sentBy, words: words.texts, icon: icon !== undefined };
    const rendered = String(plain.renderSync(text, { ...shown, body: body.text.trim() }));
    return {
      ...{ language, subject, sms, text: rendered.trim(), ...defined({ icon }) },
      html: String(markup.renderSync(html, { ...shown, body: body.html })),
    };
  };
}
