/** A Bundle as a list of links, with links to the pages beside it. https://hl7.org/fhir/R4/bundle.html */
import type { Bundle, BundleEntry } from 'fhir/r4.js';
import { html, type Html } from '../html.js';
import { addressPath, type PageBase } from './links.js';
import type { Words } from '../../texts/words.js';

const RELATIONS = ['first', 'previous', 'next', 'last'] as const;

export function bundleView({ link = [], entry = [], total }: Bundle, base: PageBase, words: Words): Html {
  const pages = RELATIONS.flatMap(relation => {
    const path = addressPath(link.find(one => one.relation === relation)?.url ?? '', base);
    return path === undefined
      ? []
      : [html`<li><a href="${path}" rel="${rels[relation]}">${words.texts[names[relation]]}</a></li>`];
  });
  return html`<h2>${words.texts.resourceMatches}</h2>
    ${total !== undefined && html`<p>${words.t('resourceTotal', { count: total })}</p>`}
    ${entry.length === 0 && html`<p>${words.texts.resourceNone}</p>`}
    <ul class="matches">
      ${entry.map(one => html`<li>${entryView(one, base, words)}</li>`)}
    </ul>
    ${
      pages.length > 0 &&
      html`<nav class="links" aria-label="${words.texts.resourcePages}">
        <ul>
          ${pages}
        </ul>
      </nav>`
    }`;
}

const names = {
  first: 'resourceFirst',
  previous: 'resourcePrevious',
  next: 'resourceNext',
  last: 'resourceLast',
} as const;

/** https://html.spec.whatwg.org/multipage/links.html#sequential-link-types */
const rels = { first: 'first', previous: 'prev', next: 'next', last: 'last' };

function entryView({ fullUrl, resource, search, response }: BundleEntry, base: PageBase, words: Words): Html {
  const name = `${resource?.resourceType ?? ''}/${resource?.id ?? ''}`;
  const { versionId, lastUpdated } = resource?.meta ?? {};
  const own = addressPath(fullUrl ?? '', base);
  const path = own !== undefined && response && versionId !== undefined ? `${own}/_history/${versionId}` : own;
  const mode = response?.status ?? (search?.mode === 'match' ? undefined : search?.mode);
  return html`<bdi dir="ltr">${path === undefined ? name : html`<a href="${path}">${resource ? name : path}</a>`}</bdi>
    ${mode !== undefined && html`<code dir="ltr">${mode}</code>`}
    ${
      lastUpdated !== undefined &&
      html`<span>${words.texts.resourceWritten} <time datetime="${lastUpdated}" dir="ltr">${lastUpdated}</time></span>`
    }`;
}
