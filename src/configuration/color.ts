/** Colors of the palette and their contrast. https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */

type Rgb = readonly [red: number, green: number, blue: number];

/** Contrast that text needs with what is behind it, at level AA. https://www.w3.org/TR/WCAG22/#contrast-minimum */
export const LEGIBLE = 4.5;

/** `#17595a`; undefined for anything else. */
function parse(color: string): Rgb | undefined {
  const parts = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i
    .exec(color)
    ?.slice(1)
    .map(hex => parseInt(hex, 16));
  return parts && [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0];
}

export const isColor = (color: string): boolean => parse(color) !== undefined;

function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color
    .map(value => value / 255)
    .map(value => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** From 1 (the same) to 21 (black and white); 1 where one of them is no color. */
export function contrast(one: string, other: string): number {
  const [a, b] = [parse(one), parse(other)];
  if (!a || !b) return 1;
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

const STEPS = 20;

/** The color itself, or the one nearest to it on the way to white that is legible on this background. */
export function legibleOn(background: string, color: string): string {
  for (let step = 0; step <= STEPS; step++) {
    const lighter = mixed(color, step / STEPS);
    if (contrast(lighter, background) >= LEGIBLE) return lighter;
  }
  return '#ffffff';
}

function mixed(color: string, white: number): string {
  const parts = (parse(color) ?? [0, 0, 0]).map(value => Math.round(value + (255 - value) * white));
  return `#${parts.map(value => value.toString(16).padStart(2, '0')).join('')}`;
}
