/** The first page: what this server is, what it serves, a first call, its health, and in demo mode its e-mails and text messages. */
import { endpointSection } from './endpoint.js';
import type { EndpointView } from './describe.js';
import { demoAppAt } from './demo-app.js';
import { html, type Html } from './html.js';
import { page, type Frame } from './layout.js';
import type { MailSummary } from '../delivery/mailbox.js';
import { colonnade } from './mark.js';
import type { PlainTexts } from '../texts/words.js';

export interface Landing {
  /** The portal's first. */
  endpoints: readonly EndpointView[];
  /** What readiness depends on, by name. */
  checks: Readonly<Record<string, boolean>>;
  demo: boolean;
  /** Absent if e-mails are sent. */
  mails?: readonly MailSummary[] | undefined;
}

/** The whole page. */
export function landingPage(frame: Omit<Frame, 'title'>, data: Landing): string {
  const { endpoints } = data;
  const { texts: words, language } = frame.words;
  return page(
    { ...frame, title: words.title },
    html`${hero(data, words)}
      <div class="columns">${firstCall(data, words)} ${health(data, words)}</div>
      ${data.demo && demoApp(data, words)} ${data.mails && mailList(data.mails, language, words)}
      <section aria-labelledby="endpoints">
        <h2 id="endpoints">${words.endpoints}</h2>
        <p class="why">${words.endpointsWhy}</p>
        ${endpoints.map(endpoint => endpointSection(endpoint, words))}
      </section>`,
  );
}

function hero({ endpoints, checks }: Landing, words: PlainTexts): Html {
  const ready = Object.values(checks).every(Boolean);
  return html`<div class="hero">
    <p class="status ${ready ? 'well' : 'ill'}"><a href="#health">${ready ? words.ready : words.notReady}</a></p>
    <h1>${words.headline}</h1>
    <p class="lede">${words.lede}</p>
    ${colonnade(Math.min(endpoints[0]?.types.length ?? 0, 24))}
  </div>`;
}

const call = (command: string): Html => html`<pre dir="ltr" tabindex="0"><code>${command}</code></pre>`;

function firstCall({ endpoints, demo }: Landing, words: PlainTexts): Html {
  const base = endpoints[0]?.url ?? '';
  return html`<section aria-labelledby="first-call">
    <h2 id="first-call">${words.firstCall}</h2>
    <p>${words.firstCallWhy}</p>
    ${call(`curl '${base}/metadata?_pretty=true'`)}
    ${
      demo
        ? html`<p>${words.firstCallToken}</p>
            ${call(
              `TOKEN=$(npm run --silent token -- demo-system)\ncurl -H "Authorization: Bearer $TOKEN" \\\n  '${base}/Patient?_count=2&_pretty=true'`,
            )}`
        : html`<p>${words.firstCallNoDemo}</p>`
    }
  </section>`;
}

function demoApp({ endpoints }: Landing, words: PlainTexts): Html {
  return html`<section aria-labelledby="demo-app">
    <h2 id="demo-app">${words.demoAppOnLanding}</h2>
    <p class="why">${words.demoAppOnLandingWhy}</p>
    <p class="links"><a href="${demoAppAt(endpoints[0]).redirect}?start=now">${words.demoAppOpen}</a></p>
  </section>`;
}

function health({ checks }: Landing, words: PlainTexts): Html {
  return html`<section aria-labelledby="health">
    <h2 id="health">${words.health}</h2>
    <p>${words.healthWhy}</p>
    <ul class="checks">
      ${Object.entries(checks).map(
        ([name, well]) =>
          html`<li class="${well ? 'well' : 'ill'}">
            <code dir="ltr">${name}</code> <span>${well ? words.passing : words.failing}</span>
          </li>`,
      )}
    </ul>
    <p class="links">
      <a href="/health/ready" dir="ltr">/health/ready</a> <a href="/health/live" dir="ltr">/health/live</a>
    </p>
  </section>`;
}

function mailList(mails: readonly MailSummary[], language: string, words: PlainTexts): Html {
  return html`<section aria-labelledby="mails">
    <h2 id="mails">${words.mails}</h2>
    <p class="why">${mails.length > 0 ? words.mailsWhy : words.noMails}</p>
    <ol class="mails">
      ${mails.map(
        mail =>
          html`<li>
            <a href="/mail/${mail.id}?lang=${language}" dir="auto">${mail.subject ?? words.textMessage}</a>
            <span><bdi>${mail.to}</bdi> · ${instant(mail.at, language)}</span>
          </li>`,
      )}
    </ol>
  </section>`;
}

/** A time for people to read, in UTC; empty if an e-mail has no date. */
export function instant(at: number, language: string): Html {
  if (Number.isNaN(at)) return html``;
  const shown = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
  return html`<time datetime="${new Date(at).toISOString()}"><bdi>${shown.format(at)} UTC</bdi></time>`;
}
