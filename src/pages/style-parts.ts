/** The parts of the pages: hero, endpoints, types, operations, e-mails; narrow screens and print. */
const css = String.raw;

export const parts = css`
  .hero {
    padding-block-start: clamp(1.5rem, 5vw, 4rem);
  }
  .lede {
    margin-block-end: 2.5rem;
    max-inline-size: 36rem;
    font-size: 1.1875rem;
  }
  .frieze {
    overflow: hidden;
  }
  .colonnade {
    display: block;
    inline-size: max(100%, 40rem);
    block-size: auto;
    fill: none;
    stroke: var(--stone);
    stroke-width: 1.25px;
  }
  .colonnade path {
    vector-effect: non-scaling-stroke;
  }
  .colonnade .flute {
    stroke-width: 0.75;
    opacity: 0.7;
  }
  .status {
    margin: 0;
    font-size: 0.9375rem;
  }
  .status a {
    color: inherit;
    text-decoration: none;
  }
  .status a:hover {
    text-decoration: underline;
  }
  .well {
    color: var(--well);
  }
  .ill {
    color: var(--ill);
  }
  .status::before,
  .checks li::before {
    content: '';
    display: inline-block;
    inline-size: 0.55em;
    block-size: 0.55em;
    margin-inline-end: 0.55em;
    border-radius: 50%;
    background: currentColor;
  }
  .ill::before {
    border-radius: 0;
  }

  .columns {
    display: grid;
    grid-template-columns: minmax(0, 1.9fr) minmax(0, 1fr);
    column-gap: 3.5rem;
  }
  code,
  pre {
    font-family: var(--mono);
    font-size: 0.875em;
  }
  code {
    overflow-wrap: anywhere;
  }
  pre {
    margin-block: 0 1.1rem;
    padding: 0.9rem 1.1rem;
    overflow-x: auto;
    background: var(--raised);
    border: 1px solid var(--line);
    border-inline-start: 3px solid var(--accent);
    font-size: 0.875rem;
    line-height: 1.55;
    text-align: start;
  }
  pre code {
    font-size: 1em;
    overflow-wrap: normal;
  }
  .letter {
    overflow-wrap: anywhere;
    white-space: pre-wrap;
    font-family: var(--sans);
    font-size: 1rem;
  }
  .checks,
  .mails,
  .names,
  .codes,
  .parameters,
  .addresses {
    margin-block: 0 0.9rem;
    padding: 0;
    list-style: none;
  }
  .checks li {
    padding-block: 0.4rem;
    border-block-end: 1px solid var(--line);
  }
  .checks span {
    font-size: 0.9375rem;
  }
  .checks code {
    color: var(--ink);
  }
  .links {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1.25rem;
  }

  .endpoint {
    margin-block-start: 1.75rem;
    padding: clamp(1.1rem, 3vw, 2rem);
    background: var(--raised);
    border: 1px solid var(--line);
    border-block-start: 3px solid var(--accent);
  }
  dl {
    margin: 0;
  }
  dd {
    margin: 0;
  }
  .facts > div {
    display: grid;
    grid-template-columns: 11rem minmax(0, 1fr);
    gap: 0.1rem 1rem;
    padding-block: 0.45rem;
    border-block-start: 1px solid var(--line);
  }
  .facts > div:last-child {
    border-block-end: 1px solid var(--line);
  }
  .facts dt {
    color: var(--muted);
  }
  .facts .codes {
    margin: 0;
  }
  .codes {
    display: flex;
    flex-wrap: wrap;
    gap: 0.15rem 1.1rem;
  }

  details {
    border-block-end: 1px solid var(--line);
  }
  details > :not(summary) {
    margin-inline-start: 1.6rem;
  }
  details > :last-child {
    margin-block-end: 1.5rem;
  }
  h4 + details {
    border-block-start: 1px solid var(--line);
  }
  summary {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0.1rem 1rem;
    padding-block: 0.6rem;
    padding-inline-start: 1.6rem;
    position: relative;
    cursor: pointer;
    list-style: none;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  summary::before {
    content: '';
    position: absolute;
    inset-inline-start: 0.2rem;
    inset-block-start: 1.15rem;
    inline-size: 0.5rem;
    block-size: 0.5rem;
    border-block-end: 1.5px solid var(--accent);
    border-inline-end: 1.5px solid var(--accent);
    rotate: -45deg;
  }
  [dir='rtl'] summary::before {
    rotate: 45deg;
  }
  details[open] > summary::before {
    inset-block-start: 1rem;
    rotate: 45deg;
  }
  [dir='rtl'] details[open] > summary::before {
    rotate: -45deg;
  }
  summary:hover .type {
    color: var(--accent);
  }
  .type {
    font-weight: 600;
  }
  .hint {
    color: var(--muted);
    font: 0.8125rem var(--mono);
  }
  .parameters,
  .names {
    columns: 14rem;
    column-gap: 2rem;
  }
  .parameters li,
  .names li {
    break-inside: avoid;
    font-size: 0.9375rem;
  }
  .parameters span,
  .signature span {
    color: var(--muted);
    font-size: 0.8125rem;
  }
  .operation {
    margin-block: 1.25rem 0;
    padding-inline-start: 1.1rem;
    border-inline-start: 2px solid var(--stone);
  }
  .operation h5 {
    margin-block: 0 0.25rem;
    font: 600 1rem var(--mono);
    text-align: start;
  }
  .operation p {
    margin-block-end: 0.5rem;
  }
  .signature > div {
    display: grid;
    grid-template-columns: minmax(11rem, 1fr) 3fr;
    gap: 0 1.25rem;
    padding-block: 0.3rem;
    border-block-start: 1px solid var(--line);
    font-size: 0.9375rem;
  }

  .mails li {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 2rem;
    padding-block: 0.6rem;
    border-block-end: 1px solid var(--line);
  }
  .mails span {
    color: var(--muted);
    font-size: 0.9375rem;
  }
  .mail h1 {
    max-inline-size: none;
    font-size: clamp(1.5rem, 1.1rem + 1.8vw, 2.25rem);
  }
  .mail h2 {
    margin-block-start: 2rem;
    font-size: 1.125rem;
  }
  iframe {
    inline-size: 100%;
    block-size: 30rem;
    margin-block-end: 1.5rem;
    background: #fff;
    border: 1px solid var(--line);
  }

  footer {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 2rem;
    margin-block-start: 4.5rem;
    padding-block: 1.25rem 2.5rem;
    border-block-start: 1px solid var(--line);
    color: var(--muted);
    font-size: 0.875rem;
  }
  footer p {
    margin: 0;
  }

  @media (max-width: 46rem) {
    .columns,
    .facts > div,
    .signature > div {
      grid-template-columns: minmax(0, 1fr);
    }
    section {
      margin-block-start: 2.5rem;
    }
    .endpoint {
      margin-inline: -0.6rem;
    }
  }
  @media print {
    :root {
      color-scheme: light;
    }
    nav,
    .skip,
    .colonnade,
    iframe {
      display: none;
    }
    body {
      font-size: 10pt;
    }
    .endpoint {
      padding: 0;
      border: 0;
    }
    details::details-content {
      content-visibility: visible;
      block-size: auto;
    }
    pre {
      white-space: pre-wrap;
    }
  }
`;
