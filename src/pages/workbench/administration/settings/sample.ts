/** What pages look like with a branding that is not saved yet: a sample in both color schemes, made of the form's values. */
import { contrast, isColor, LEGIBLE } from '../../../../configuration/color.js';
import { iconOf } from '../../../../configuration/icon.js';
import { settings } from '../../../../configuration/settings.table.js';
import type { Visit } from '../../../account/visit.js';
import { samplePath } from '../../../brand.js';
import { html, type Html } from '../../../html.js';
import { mark } from '../../../mark.js';
import type { SettingValues } from './setting-values.js';

type ColorSetting = 'accent-color' | 'paper-color';

/** A color that can be shown: of what is none, the default. */
export const colorIn = (values: SettingValues, name: ColorSetting): string => {
  const value = values[name] ?? '';
  return isColor(value) ? value : settings[name].fallback;
};

/** Its id is what a script replaces. */
export function sampleView(visit: Visit, values: SettingValues): Html {
  const [accent, paper] = [colorIn(values, 'accent-color'), colorIn(values, 'paper-color')];
  const { words } = visit;
  return html`<section id="sample" aria-labelledby="sample-title">
    <h2 id="sample-title">${words.adminPreview}</h2>
    <link rel="stylesheet" href="${samplePath(accent, paper)}" />
    ${contrastLines(visit, accent, paper)}
    <div class="beside">${(['light', 'dark'] as const).map(scheme => sampleIn(visit, scheme, values))}</div>
  </section>`;
}

function contrastLines({ words, t }: Visit, accent: string, paper: string): Html {
  const pairs = [
    [words.adminAccentOnWhite, contrast(accent, '#ffffff')],
    [words.adminAccentOnPaper, contrast(accent, paper)],
  ] as const;
  return html`<ul class="contrasts">
    ${pairs.map(([pair, ratio]) => {
      const line = t('adminContrast', { pair, ratio: ratio.toFixed(1), least: LEGIBLE });
      return html`<li ${ratio < LEGIBLE && html`class="wrong"`}>
        ${line}${ratio < LEGIBLE && html` ${words.adminContrastPoor}`}
      </li>`;
    })}
  </ul>`;
}

function sampleIn({ words }: Visit, scheme: 'light' | 'dark', values: SettingValues): Html {
  const [title = words.software] = [values['application-title'], values['organization-title']].filter(Boolean);
  return html`<div class="sample ${scheme}">
    <p class="brand">${iconIn(values)}<span dir="auto">${title}</span></p>
    <p class="sample-title">${scheme === 'light' ? words.adminLight : words.adminDark}</p>
    <p>${words.adminSampleText} <span class="sample-link">${words.adminSampleLink}</span></p>
    <p><span class="button">${words.adminSampleButton}</span></p>
  </div>`;
}

function iconIn({ icon = '' }: SettingValues): Html {
  const found = iconOf({ data: icon });
  return found
    ? html`<img class="mark" src="data:${found.type};base64,${found.bytes.toString('base64')}" alt="" />`
    : mark;
}
