/** One FHIR answer as a page: the resource to read, its JSON, and links to what is beside it. It needs no script. */
import type { Bundle, OperationOutcome } from 'fhir/r4.js';
import { parseStored } from '../../fhir/json.js';
import { typed, type Resource } from '../../fhir/resource.js';
import type { FhirResponse, ResponseBody } from '../../fhir/response.js';
import type { PlainKey } from '../../texts/words.js';
import { html, type Html } from '../html.js';
import { page, type Frame } from '../layout.js';
import { bundleView } from './bundle-view.js';
import { jsonView } from './json-view.js';
import type { PageBase } from './links.js';
import { elementsView } from './value-view.js';

export interface ResourcePage extends Omit<Frame, 'title'> {
  readonly base: PageBase;
  /** Path segments of the request below the base. */
  readonly segments: readonly string[];
  /** The address of the request, to come back to after a sign-in. */
  readonly address: string;
}

/** What is made of an answer, in characters of its JSON: whether it is read at all, and whether its JSON is shown. */
const MOST_READ = 4 * 1024 * 1024;
const MOST_SHOWN = 256 * 1024;

export type ResourceBody = Extract<ResponseBody, { kind: 'resource' | 'json' }>;

export function resourcePage({ status }: FhirResponse, body: ResourceBody, asked: ResourcePage): string {
  const { texts } = asked.words;
  const text = body.kind === 'json' ? body.text : JSON.stringify(body.resource);
  const resource = text.length > MOST_READ ? undefined : parseStored<Resource>(text);
  const isProblem = resource?.resourceType === 'OperationOutcome' && status >= 400;
  const title = isProblem ? texts[problems[status] ?? 'resourceProblem'] : asked.segments.join('/') || 'FHIR';
  const content = html`<article class="resource">
    ${trail(asked)}
    <h1><bdi>${title}</bdi></h1>
    ${resource === undefined ? html`<p>${texts.resourceTooLarge}</p>` : contentOf(resource, text.length, status, asked)}
  </article>`;
  return page({ ...asked, title }, content);
}

/** Titles by status. */
const problems: Readonly<Record<number, PlainKey>> = {
  400: 'resourceStatus400',
  401: 'signIn',
  403: 'resourceStatus403',
  404: 'resourceStatus404',
  410: 'resourceStatus410',
};

function contentOf(resource: Resource, length: number, status: number, asked: ResourcePage): Html {
  const { texts } = asked.words;
  const json = length > MOST_SHOWN ? html`<p>${texts.resourceTooLarge}</p>` : jsonView(resource, asked.base);
  return html`${viewOf(resource, status, asked)}
    <section aria-labelledby="json">
      <h2 id="json">${texts.resourceAsJson}</h2>
      ${json}
    </section>`;
}

function viewOf(resource: Resource, status: number, asked: ResourcePage): Html | false {
  switch (resource.resourceType) {
    case 'OperationOutcome':
      return outcomeView(typed<OperationOutcome>(resource), status, asked);
    case 'Bundle':
      return bundleView(typed<Bundle>(resource), asked.base, asked.words);
    case 'CapabilityStatement':
      return false;
    default:
      return elementsView(resource, asked.base);
  }
}

function outcomeView({ issue }: OperationOutcome, status: number, { address, words }: ResourcePage): Html {
  const query = new URLSearchParams({ return: address, lang: words.language }).toString();
  return html`<ul class="issues">
      ${issue.map(
        ({ details, diagnostics, expression = [] }) =>
          html`<li>
            <bdi>${details?.text ?? diagnostics ?? ''}</bdi>
            ${expression.map(path => html`<code dir="ltr">${path}</code> `)}
          </li>`,
      )}
    </ul>
    ${
      status === 401 &&
      html`<p>${words.texts.resourceSignIn}</p>
        <p><a class="button" href="/sign-in?${query}">${words.texts.signIn}</a></p>`
    }`;
}

/** Links to the endpoint's statement, to the resource's type, to its current version and to its history. */
function trail({ base, segments, words: { texts } }: ResourcePage): Html {
  const [type, id, history, version] = segments;
  const link = (path: readonly (string | undefined)[], name: string) =>
    html`<li><a href="${[base.path, ...path.map(one => encodeURIComponent(one ?? ''))].join('/')}">${name}</a></li>`;
  const ofType = /^[A-Z]/.test(type ?? '');
  const ofOne = ofType && id !== undefined && /^[A-Za-z0-9]/.test(id);
  return html`<nav class="links" aria-label="${texts.resourceStatement}">
    <ul>
      ${link(['metadata'], texts.resourceStatement)} ${ofType && link([type], `${texts.resourceAll}: ${type ?? ''}`)}
      ${ofOne && history !== undefined && link([type, id], texts.resourceCurrent)}
      ${ofOne && (history === undefined || version !== undefined) && link([type, id, '_history'], texts.resourceHistory)}
    </ul>
  </nav>`;
}
