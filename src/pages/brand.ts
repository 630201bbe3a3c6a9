/** The organization's name, icon and colors on the pages, as the configuration has them at this moment. */
import { createHash } from 'node:crypto';
import { legibleOn } from '../configuration/color.js';
import { iconOf } from '../configuration/icon.js';
import { settings, type Configuration } from '../configuration/settings.table.js';

export type BrandSettings = Pick<
  Configuration,
  'organization-title' | 'application-title' | 'icon' | 'accent-color' | 'paper-color'
>;

/** A file that pages load. Its address holds a hash of its content. */
export interface BrandFile {
  readonly path: string;
  readonly type: string;
  readonly content: string | Buffer;
}

export interface Brand {
  /** In place of the software's. */
  readonly title?: string | undefined;
  /** In place of the mark. */
  readonly icon?: BrandFile | undefined;
  /** Colors that differ from the style's own. */
  readonly style?: BrandFile | undefined;
}

/** Of the dark scheme, as in styles/base.css. */
const DARK_PAPER = '#12181a';

export function brandOf(shown: BrandSettings): Brand {
  const icon = shown.icon && iconOf(shown.icon);
  return {
    title: shown['application-title'] ?? shown['organization-title'],
    icon: icon && fileOf('icon', icon.type, icon.type === 'image/png' ? 'png' : 'svg', icon.bytes),
    style: styleOf(shown),
  };
}

function styleOf({ 'accent-color': accent, 'paper-color': paper }: BrandSettings): BrandFile | undefined {
  if (accent === settings['accent-color'].fallback && paper === settings['paper-color'].fallback) return undefined;
  const colors = `--accent:light-dark(${accent},${legibleOn(DARK_PAPER, accent)});--paper:light-dark(${paper},${DARK_PAPER})`;
  return fileOf('brand', 'text/css; charset=utf-8', 'css', `:root{${colors}}`);
}

function fileOf(name: string, type: string, extension: string, content: string | Buffer): BrandFile {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  return { path: `/assets/${name}.${hash}.${extension}`, type, content };
}
