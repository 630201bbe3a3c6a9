/** One endpoint on the first page: its base, its types, their interactions, search parameters and operations. */
import type { EndpointView, OperationView, ParameterView, Said, TypeView } from './describe.js';
import { html, type Html } from './html.js';
import { directionOf } from '../texts/language.js';
import type { PlainTexts } from '../texts/words.js';

/** Above this many types that are all alike, a list of their names says as much. */
const many = 40;

export function endpointSection(endpoint: EndpointView, words: PlainTexts): Html {
  const { path, url, title, description, interactions, types, common } = endpoint;
  const id = path.replace(/[^a-z0-9]+/g, '-').slice(1);
  return html`<article class="endpoint" aria-labelledby="${id}">
    <h3 id="${id}">${speech(title)}</h3>
    <p>${speech(description)}</p>
    <dl class="facts">
      <div>
        <dt>${words.base}</dt>
        <dd><code dir="ltr">${url}</code></dd>
      </div>
      <div>
        <dt>${words.statement}</dt>
        <dd class="links">
          <a href="${path}/metadata?_format=json&_pretty=true">JSON</a>
          <a href="${path}/metadata?_format=xml&_pretty=true">XML</a>
        </dd>
      </div>
      <div>
        <dt>${words.systemLevel}</dt>
        <dd>${codes(interactions)}</dd>
      </div>
    </dl>
    <h4>${words.types} <span class="count">${types.length}</span></h4>
    ${types.length > many ? alike(types, words) : types.map(type => typeDetails(type, words))}
    ${common.length > 0 && operationDetails(words.everyType, '[type]', common, words)}
  </article>`;
}

const speech = ({ text, language }: Said): Html =>
  html`<span lang="${language}" dir="${directionOf(language)}">${marked(text)}</span>`;

/** Markdown's code spans; the texts use nothing else. */
const marked = (text: string): Html[] =>
  text.split('`').map((part, index) => (index % 2 === 0 ? html`${part}` : html`<code>${part}</code>`));

const codes = (names: readonly string[]): Html =>
  html`<ul class="codes">
    ${names.map(name => html`<li><code dir="ltr">${name}</code></li>`)}
  </ul>`;

function alike(types: readonly TypeView[], words: PlainTexts): Html {
  return html`<p>${words.allAlike}</p>
    ${codes(types[0]?.interactions ?? [])}
    <details>
      <summary>${words.types}</summary>
      <ul class="names">
        ${types.map(({ type }) => html`<li><a href="https://hl7.org/fhir/R4/${type.toLowerCase()}.html">${type}</a></li>`)}
      </ul>
    </details>
    ${types
      .filter(({ operations }) => operations.length > 0)
      .map(({ type, operations }) => operationDetails(type, type, operations, words))}`;
}

/** Operations folded under a title that names them. */
function operationDetails(title: string, type: string, operations: readonly OperationView[], words: PlainTexts): Html {
  return html`<details>
    <summary><bdi class="type">${title}</bdi> ${names(operations)}</summary>
    ${operations.map(operation => operationBlock(type, operation, words))}
  </details>`;
}

const names = (operations: readonly OperationView[]): Html =>
  html`<span class="hint" dir="ltr">${operations.map(({ name }) => html`<span>$${name}</span> `)}</span>`;

function typeDetails(view: TypeView, words: PlainTexts): Html {
  const { type, documentation, interactions, operations, searchParams } = view;
  return html`<details>
    <summary>
      <span class="type" dir="ltr">${type}</span>
      ${operations.length > 0 && names(operations)}
    </summary>
    ${documentation && html`<p>${speech(documentation)}</p>`} ${part(words.interactions, codes(interactions))}
    ${operations.map(one => operationBlock(type, one, words))}
    ${part(
      words.searchParameters,
      html`<ul class="parameters">
        ${searchParams.map(
          ({ name, type }) =>
            html`<li>
              <bdi dir="ltr"><code>${name}</code> <span>${type}</span></bdi>
            </li>`,
        )}
      </ul>`,
    )}
    ${view.profiles.length > 0 && part(words.profiles, codes(view.profiles))}
    ${view.includes.length > 0 && part(words.includes, codes(view.includes))}
    ${view.revincludes.length > 0 && part(words.revincludes, codes(view.revincludes))}
  </details>`;
}

const part = (title: string, content: Html): Html =>
  html`<h5>${title}</h5>
    ${content}`;

const places = { system: '', type: '', instance: '[id]/' };

function operationBlock(type: string, operation: OperationView, words: PlainTexts): Html {
  const { name, description, method, levels, parameters } = operation;
  const addresses = levels.map(
    level => `${method} [base]/${level === 'system' ? '' : `${type}/`}${places[level]}$${name}`,
  );
  const of = (use: 'in' | 'out'): ParameterView[] => parameters.filter(parameter => parameter.use === use);
  return html`<div class="operation" dir="ltr">
    <h5>$${name}</h5>
    <p lang="${description.language}" dir="${directionOf(description.language)}">${marked(description.text)}</p>
    <ul class="addresses">
      ${addresses.map(address => html`<li><code>${address}</code></li>`)}
    </ul>
    <h6>${words.input}</h6>
    ${of('in').length > 0 ? parameterList(of('in')) : html`<p>${words.noInput}</p>`}
    <h6>${words.output}</h6>
    ${parameterList(of('out'))}
  </div>`;
}

function parameterList(parameters: readonly ParameterView[]): Html {
  return html`<dl class="signature" lang="en">
    ${parameters.map(
      ({ name, type, cardinality, documentation }) =>
        html`<div>
          <dt><code>${name}</code> <span>${type} ${cardinality}</span></dt>
          <dd>${marked(documentation)}</dd>
        </div>`,
    )}
  </dl>`;
}
