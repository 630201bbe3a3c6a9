/** The wordings of notices: which notice has words in which language, by which channel. */
import type { ActivityDefinition } from 'fhir/r4.js';
import type { Query } from '../../../fhir/request.js';
import { textsIn, WORDING, type NoticeText } from '../../../wording/wording.js';
import { html, type Html } from '../../html.js';
import { heading } from '../../account/fields.js';
import type { Visit } from '../../account/visit.js';
import { ownName } from '../../../texts/language.js';
import { foundIn, pageOf } from '../desk.js';
import type { Work, WorkbenchParts } from '../parts.js';
import { refusal } from '../refusal.js';
import { scrollTable } from '../scroll-table.js';
import { WORDING_PAGE, WORDINGS } from './paths.js';
import { asWording, noticeName } from './wording.js';

const ACTIVE: Query = [
  ['status', 'active'],
  ['_sort', 'name'],
  ['_count', '50'],
];

export const wordingsPage: Work = async (visit, who, query, { desk, own }) => {
  const { words, link, frame } = visit;
  const asked = pageOf([['_profile', own.structure(WORDING)], ...ACTIVE], query('page'));
  const reply = await desk(who, { method: 'GET', path: ['ActivityDefinition'], query: asked });
  const { matches, next } = foundIn(reply);
  const columns = [words.wordingNotice, ...frame.languages.map(ownName)];
  const rows = matches.map(one => row(visit, asWording(one), own));
  const content = html`${heading(words.wordings, words.wordingsWhy)} ${refusal(reply)}
    ${rows.length === 0 ? html`<p>${words.wordingsNone}</p>` : scrollTable(words.wordings, columns, rows)}
    ${
      next !== undefined &&
      html`<nav class="links" aria-label="${words.resourcePages}">
        <a href="${link(WORDINGS, { page: next })}" rel="next">${words.resourceNext}</a>
      </nav>`
    }
    <p class="advice">${words.wordingMissingNote}</p>`;
  return { kind: 'page', status: reply.status, title: words.wordings, content };
};

function row(visit: Visit, wording: ActivityDefinition, own: WorkbenchParts['own']): Html {
  const { words, link, frame } = visit;
  const texts = new Map(textsIn(wording, own).map(({ value }) => [value.language, value]));
  const cell = (language: string): Html => {
    const address = link(WORDING_PAGE, { id: wording.id ?? '', for: language });
    return html`<td><a href="${address}" hreflang="${language}">${channelsOf(visit, texts.get(language))}</a></td>`;
  };
  return html`<tr>
    <th scope="row">${noticeName(wording, own, words)}</th>
    ${frame.languages.map(cell)}
  </tr>`;
}

/** The channels that have words. */
function channelsOf({ words }: Visit, text: NoticeText | undefined): string {
  const channels = [
    ...(text?.subject !== undefined || text?.text !== undefined ? [words.channelEmail] : []),
    ...(text?.sms === undefined ? [] : [words.channelSms]),
  ];
  return channels.length === 0 ? words.wordingMissing : channels.join(' · ');
}
