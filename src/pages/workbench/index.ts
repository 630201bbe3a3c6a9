/**
 * The Workbench: staff see the queues of their workflow groups, read threads, answer, and move work items. Each page asks the portal's
 * endpoint with the rights of whoever is signed in; the pages have none of their own, and need no script.
 */
import type { SignedIn } from '../../identity/sessions/session.js';
import { heading } from '../account/fields.js';
import type { Answer, Fields, FormPage, Visit } from '../account/visit.js';
import { answerItem, itemMoves, itemPage, moveItem } from './item.js';
import { isStaff, ITEM, WORKBENCH, type WorkbenchParts } from './parts.js';
import { queuePage } from './queue.js';

export type { WorkbenchParts } from './parts.js';

type Work = (visit: Visit, who: SignedIn, fields: Fields, parts: WorkbenchParts) => Promise<Answer>;

export function workbenchPages(parts: WorkbenchParts): FormPage[] {
  const forStaff = (work: Work) => async (visit: Visit, fields: Fields) => {
    const who = await parts.sessions.current(visit);
    if (!who) return { kind: 'go', to: visit.link('/sign-in', { return: WORKBENCH }) } as const;
    return isStaff(who) ? work(visit, who, fields, parts) : notStaff(visit);
  };
  return [
    { path: WORKBENCH, keeps: ['group', 'view', 'page'], show: forStaff(queuePage) },
    {
      path: ITEM,
      keeps: ['id'],
      show: forStaff((visit, who, query) =>
        itemPage(visit, who, query('id'), parts, { isDone: query('after') === 'done' }),
      ),
    },
    ...itemMoves.map(move => ({
      ...answered(`${ITEM}/${move}`),
      take: forStaff((visit, who, fields) => moveItem(visit, who, move, fields, parts)),
    })),
    { ...answered(`${ITEM}/answer`), take: forStaff(answerItem) },
  ];
}

/** Where the links to other languages lead from the answer to a form: back to the work item. */
const answered = (path: string): Pick<FormPage, 'path' | 'keeps' | 'show'> => ({
  ...{ path, keeps: ['id'] },
  show: ({ link }, query) => ({ kind: 'go', to: link(ITEM, { id: query('id') }) }),
});

const notStaff = ({ words }: Visit): Answer => ({
  kind: 'page',
  status: 403,
  title: words.workbench,
  content: heading(words.workbench, words.workbenchForStaff),
});
