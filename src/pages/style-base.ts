/** Colors, type, and the frame of every page. */
const css = String.raw;

export const base = css`
  :root {
    color-scheme: light dark;
    --paper: light-dark(#faf8f4, #12181a);
    --raised: light-dark(#ffffff, #192124);
    --ink: light-dark(#1b2527, #e7e4dc);
    --muted: light-dark(#556164, #a5afae);
    --line: light-dark(#ddd6c9, #2e393c);
    --stone: light-dark(#c9bfac, #45534f);
    --accent: light-dark(#17595a, #83cdbf);
    --well: light-dark(#1f6b45, #7fce9f);
    --ill: light-dark(#a3341f, #f2a38f);
    --serif: 'Iowan Old Style', 'Palatino Linotype', Palatino, 'URW Palladio L', 'Noto Serif', Georgia, serif;
    --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans Arabic', sans-serif;
    --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', 'Noto Sans Mono', 'DejaVu Sans Mono', Menlo, monospace;
    --measure: 42rem;
  }
  :root:lang(ar) {
    --serif: 'Noto Naskh Arabic', 'Geeza Pro', 'Traditional Arabic', 'Noto Serif', serif;
    --sans: 'Noto Sans Arabic', 'Geeza Pro', 'Segoe UI', Tahoma, system-ui, sans-serif;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  html {
    -webkit-text-size-adjust: 100%;
    text-size-adjust: 100%;
    scroll-padding-block-start: 1rem;
  }
  body {
    margin: 0;
    background: var(--paper);
    color: var(--ink);
    font: 1rem/1.6 var(--sans);
    font-kerning: normal;
    overflow-wrap: anywhere;
  }
  [lang='ar'] {
    line-height: 1.8;
  }
  [lang='en'] {
    line-height: 1.6;
  }
  [lang='en'][dir='ltr']:not(html) {
    display: block;
    unicode-bidi: isolate;
  }
  .banner,
  main,
  footer {
    inline-size: min(100% - 2.5rem, 66rem);
    margin-inline: auto;
  }
  a {
    color: var(--accent);
    text-decoration-thickness: 1px;
    text-underline-offset: 0.2em;
  }
  a:hover {
    text-decoration-thickness: 2px;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 3px;
    border-radius: 2px;
  }
  main:focus {
    outline: none;
  }
  .skip {
    position: absolute;
    inset-inline-start: 1rem;
    inset-block-start: -4rem;
    padding: 0.5rem 1rem;
    background: var(--accent);
    color: var(--paper);
    z-index: 1;
  }
  .skip:focus {
    inset-block-start: 0.5rem;
  }

  .banner {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.5rem 2rem;
    padding-block: 1.25rem;
  }
  .brand {
    display: inline-flex;
    align-items: center;
    gap: 0.6rem;
    color: var(--ink);
    font: 600 1.25rem/1 var(--serif);
    text-decoration: none;
  }
  .mark {
    inline-size: 1.6rem;
    block-size: 1.6rem;
    fill: var(--accent);
  }
  .banner ul {
    display: flex;
    gap: 1.25rem;
    margin: 0;
    padding: 0;
    list-style: none;
    font-size: 0.9375rem;
  }
  .banner li a {
    display: inline-block;
    padding-block: 0.25rem;
    color: var(--muted);
    text-decoration: none;
  }
  .banner li a:hover,
  .banner li a[aria-current] {
    color: var(--ink);
    box-shadow: 0 2px 0 var(--accent);
  }

  h1,
  h2,
  h3 {
    font-family: var(--serif);
    font-weight: 600;
    line-height: 1.2;
    text-wrap: balance;
  }
  h1 {
    margin-block: 0.75rem 1rem;
    max-inline-size: 20ch;
    font-size: clamp(2rem, 1.2rem + 3.6vw, 3.5rem);
    font-weight: 500;
    line-height: 1.1;
    letter-spacing: -0.012em;
  }
  h2 {
    margin-block: 0 0.5rem;
    font-size: 1.625rem;
  }
  h3 {
    margin-block: 0 0.5rem;
    font-size: 1.3125rem;
  }
  h4 {
    margin-block: 1.75rem 0.5rem;
    font-size: 1rem;
  }
  h5,
  h6 {
    margin-block: 1.25rem 0.35rem;
    font-size: 0.875rem;
  }
  h6 {
    color: var(--muted);
    font-weight: 500;
  }
  :lang(ar) :is(h1, h2, h3) {
    letter-spacing: 0;
    line-height: 1.45;
  }
  p {
    margin-block: 0 0.9rem;
    max-inline-size: var(--measure);
    text-wrap: pretty;
  }
  section {
    margin-block-start: 3.5rem;
  }
  .why {
    color: var(--muted);
  }
  .count {
    color: var(--muted);
    font-weight: 400;
    font-variant-numeric: tabular-nums;
  }
`;
