/** The apps that the person who is signed in has given access: what they may see, since when; each is ended by a button. */
import type { AppRight, ConnectedApp, ConnectedApps } from '../../identity/authorization-server/connected-apps.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import type { Sessions } from '../../identity/sessions/sessions.js';
import type { PlainTexts } from '../../texts/words.js';
import { html, type Html } from '../html.js';
import { wordFor } from '../scope-words.js';
import { done, heading, hidden } from './fields.js';
import { ACCOUNT, actionOf } from './settings-parts.js';
import type { Answer, FormPage, Visit } from './visit.js';

export interface ConnectedAppPageParts {
  readonly sessions: Sessions;
  readonly connected: ConnectedApps;
  /** IANA name of the zone that instants are shown in. */
  readonly timeZone: () => Promise<string>;
}

export const CONNECTED_APPS = `${ACCOUNT}/connected-apps`;

/** The mark of a page on which an app was ended just before. */
const ENDED = 'ended';

export const connectedAppPages = (parts: ConnectedAppPageParts): FormPage[] => {
  const { sessions, connected } = parts;
  return [
    {
      path: CONNECTED_APPS,
      async show(visit, query) {
        const signedIn = await sessions.current(visit);
        if (!signedIn) return { kind: 'go', to: visit.link('/sign-in') };
        return shown(visit, signedIn, query('after') === ENDED, parts);
      },
    },
    actionOf(sessions)('end-app', async (visit, { account }, fields) => {
      await connected.end(account, fields('app'));
      return { kind: 'go', to: visit.link(CONNECTED_APPS, { after: ENDED }) };
    }),
  ];
};

async function shown(
  visit: Visit,
  { account }: SignedIn,
  isEnded: boolean,
  { connected, timeZone }: ConnectedAppPageParts,
): Promise<Answer> {
  const { words, link, frame } = visit;
  const apps = await connected.list(account);
  const format = new Intl.DateTimeFormat(frame.words.language, { dateStyle: 'long', timeZone: await timeZone() });
  const content = html`${heading(words.appsTitle, apps.length === 0 ? words.noApps : words.appsWhy)}
    ${done(isEnded ? words.appEnded : undefined)}
    <ul class="apps">
      ${apps.map(app => html`<li>${appEntry(visit, app, format)}</li>`)}
    </ul>
    <p class="links"><a href="${link(ACCOUNT)}">${words.accountTitle}</a></p>`;
  return { kind: 'page', title: words.appsTitle, content };
}

function appEntry({ words, t, form }: Visit, app: ConnectedApp, format: Intl.DateTimeFormat): Html {
  const times = t('appTimes', { since: format.format(app.since), used: format.format(app.used) });
  const patients = app.patients.map(name => html`<li><bdi>${name}</bdi></li>`);
  return html`<h2><bdi>${app.name}</bdi></h2>
    <p>${times}${app.stays && html` · ${words.appStays}`}</p>
    ${app.reason !== undefined && html`<p>${words.appByOrganization} <bdi>${app.reason}</bdi></p>`}
    ${
      patients.length > 0 &&
      html`<h3>${words.appRecords}</h3>
        <ul>
          ${patients}
        </ul>`
    }
    ${
      app.rights.length > 0 &&
      html`<h3>${words.appRights}</h3>
        <ul>
          ${app.rights.map(right => html`<li>${rightLine(right, words)}</li>`)}
        </ul>`
    }
    ${form(
      `${ACCOUNT}/end-app`,
      html`${hidden('app', app.id)}<button type="submit" class="quiet">${words.endApp} <bdi>${app.name}</bdi></button>`,
    )}`;
}

function rightLine({ type, category, reads, writes }: AppRight, words: PlainTexts): Html {
  const abilities = [reads && words.scopeReads, writes && words.scopeWrites].filter(one => one !== false).join(', ');
  const only = category === undefined ? undefined : wordFor('category', category, words);
  return html`${type === '*' ? words.appEverything : wordFor('type', type, words)}${only && html` (${only})`}:
  ${abilities}`;
}
