/** The organization's name, icon and colors on the pages, as the configuration has them at this moment. */
import { legibleOn } from '../configuration/color.js';
import { iconOf } from '../configuration/icon.js';
import { settings, type Configuration } from '../configuration/settings.table.js';
import { assetOf, type Asset } from './asset.js';

export type BrandSettings = Pick<
  Configuration,
  'organization-title' | 'application-title' | 'icon' | 'accent-color' | 'paper-color'
>;

export interface Brand {
  /** In place of the software's. */
  readonly title?: string | undefined;
  /** In place of the mark. */
  readonly icon?: Asset | undefined;
  /** Colors that differ from the style's own. */
  readonly style?: Asset | undefined;
}

/** Of the dark scheme, as in styles/base.css. */
const DARK_PAPER = '#12181a';

export function brandOf(shown: BrandSettings): Brand {
  const icon = shown.icon && iconOf(shown.icon);
  return {
    title: shown['application-title'] ?? shown['organization-title'],
    icon: icon && assetOf('icon', icon.type === 'image/png' ? 'png' : 'svg', icon.type, icon.bytes),
    style: styleOf(shown),
  };
}

function styleOf({ 'accent-color': accent, 'paper-color': paper }: BrandSettings): Asset | undefined {
  if (accent === settings['accent-color'].fallback && paper === settings['paper-color'].fallback) return undefined;
  return assetOf('brand', 'css', CSS, `:root{${palette(accent, paper)}}`);
}

const CSS = 'text/css; charset=utf-8';

const palette = (accent: string, paper: string): string =>
  `--accent:light-dark(${accent},${legibleOn(DARK_PAPER, accent)});--paper:light-dark(${paper},${DARK_PAPER})`;

/** Path of the style of a sample in these colors, which need not be those of the configuration. */
export const samplePath = (accent: string, paper: string): string =>
  `/assets/sample.${accent.slice(1)}.${paper.slice(1)}.css`;

/** The style of a sample, which its path tells. */
export function sampleStyle(path: string): Pick<Asset, 'type' | 'content'> | undefined {
  const [, accent, paper] = /^\/assets\/sample\.([0-9a-f]{6})\.([0-9a-f]{6})\.css$/i.exec(path) ?? [];
  if (accent === undefined || paper === undefined) return undefined;
  return { type: CSS, content: `.sample{${palette(`#${accent}`, `#${paper}`)}}` };
}
