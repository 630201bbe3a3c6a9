/** The mark, and the colonnade of the landing page: inline SVG, so that they take the page's colors. */
import { html, type Html } from './html.js';

const shape =
  'M16 3 2.5 10.5V13h27v-2.5zM5 15h3.5v10H5zm6.2 0h3.5v10h-3.5zm6.1 0h3.5v10h-3.5zm6.2 0H27v10h-3.5zM2.5 27h27v2.5h-27z';

/** A pediment on four columns; decorative: the name is beside it as text. */
export const mark: Html = html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><path d="${shape}" /></svg>`;

/** The same as a file, for the browser's tab. */
export const icon =
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><style>path{fill:#17595a}` +
  `@media(prefers-color-scheme:dark){path{fill:#83cdbf}}</style><path d="${shape}"/></svg>`;

const step = 64;

/** A frieze on as many columns as the portal has resource types. */
export function colonnade(columns: number): Html {
  const width = columns * step;
  return html`<div class="frieze">
    <svg class="colonnade" viewBox="0 0 ${width} 132" aria-hidden="true">
      <path d="M0 6H${width}M0 12H${width}M0 24H${width}" />
      ${Array.from({ length: columns }, (_, index) => column(index * step + step / 2))}
      <path d="M0 122H${width}M0 127H${width}" />
    </svg>
  </div>`;
}

/** A capital, a shaft that narrows upwards, its flutes, a base. */
function column(x: number): Html {
  const flutes = [-3, 0, 3].map(offset => `M${x + offset} 36 ${x + offset * 1.25} 114`).join('');
  return html`<path
      d="M${x - 11} 24v5h22v-5M${x - 8} 29l1 4h14l1-4M${x - 7} 33 ${x - 9} 116M${x + 7} 33 ${x + 9} 116"
    />
    <path class="flute" d="${flutes}" />
    <path d="M${x - 11} 116h22v6h-22z" />`;
}
