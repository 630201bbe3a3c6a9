/**
 * The Workbench: staff see the queues of their workflow groups, read threads, answer, and administer. Each page asks the portal's
 * endpoint with the rights of whoever is signed in; the pages have none of their own. Those of the queues need no script.
 */
import { defined } from '../../fhir/defined.js';
import { htmx } from '../htmx.js';
import { heading } from '../account/fields.js';
import type { Answer, Fields, FormPage, Received, Visit } from '../account/visit.js';
import type { Desk } from './desk.js';
import { isStaff, WORKBENCH, type StaffPage, type WorkWithFiles, type WorkbenchParts } from './parts.js';
import { rolesOf } from './roles.js';
import { sections } from './sections.js';
import { shortcutScript } from './shortcuts.js';
import { uploadsOf } from './uploads.js';
import { tabsOf } from './tabs.js';

export type { WorkbenchParts } from './parts.js';

const scripts = [htmx, shortcutScript];

export const workbenchPages = (parts: WorkbenchParts): FormPage[] =>
  sections.flatMap(({ pages }) => pages.map(page => staffPage(page, parts)));

type Place = Pick<FormPage, 'path' | 'keeps'>;
const QUEUES: Place = { path: WORKBENCH };

/** A sign-in leads back to the page that was asked for, with what its address held. */
function signInFor({ link }: Visit, { path, keeps = [] }: Place, query: Fields): Answer {
  const kept = keeps.flatMap(name => (query(name) === '' ? [] : [[name, query(name)] as [string, string]]));
  const asked = new URLSearchParams(kept).toString();
  return { kind: 'go', to: link('/sign-in', { return: asked === '' ? path : `${path}?${asked}` }) };
}

function staffPage({ show, take, isBackground, takesFiles, ...page }: StaffPage, parts: WorkbenchParts): FormPage {
  const forStaff =
    (work: WorkWithFiles, back: Place) =>
    async (visit: Visit, fields: Fields, files: readonly Received[] = []): Promise<Answer> => {
      const who = await parts.sessions[isBackground ? 'watched' : 'current'](visit);
      if (!who) return signInFor(visit, back, fields);
      if (!isStaff(who)) return notStaff(visit);
      const desk: Desk = (one, call) => parts.desk(one, { language: visit.frame.words.language, ...call });
      const answer = await work(visit, who, fields, { ...parts, desk }, files);
      if (answer.kind !== 'page') return answer;
      const tabs = tabsOf(visit, sections, await rolesOf(parts.desk, who));
      return { ...answer, tabs, scripts, calls: true };
    };
  const taken = take && forStaff(take, QUEUES);
  return {
    ...page,
    ...defined({
      show: show && ((visit: Visit, query: Fields) => forStaff(show, isBackground ? QUEUES : page)(visit, query)),
      take:
        taken &&
        ((visit: Visit, fields: Fields, _query: Fields, files: readonly Received[]) => taken(visit, fields, files)),
      uploads: takesFiles === true ? uploadsOf(parts) : takesFiles,
    }),
  };
}

const notStaff = ({ words }: Visit): Answer => ({
  kind: 'page',
  status: 403,
  title: words.workbench,
  content: heading(words.workbench, words.workbenchForStaff),
});
