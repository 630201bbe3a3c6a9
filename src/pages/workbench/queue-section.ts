/** The queues of a member of staff, the work items in them, and their moves. */
import { answerItem, itemMoves, itemPage, moveItem } from './item.js';
import { backTo, ITEM, WORKBENCH, type Section } from './parts.js';
import { names } from './queue-choice.js';
import { LIVE, livePage } from './queue-counts.js';
import { queuePage } from './queue.js';

export const queueSection: Section = {
  path: WORKBENCH,
  word: 'queues',
  pages: [
    { path: WORKBENCH, keeps: [...names, 'page'], show: queuePage },
    { path: LIVE, keeps: names, isBackground: true, show: livePage },
    {
      path: ITEM,
      keeps: ['id'],
      show: (visit, who, query, parts) =>
        itemPage(visit, who, query('id'), parts, { isDone: query('after') === 'done' }),
    },
    ...itemMoves.map(move => ({
      ...{ path: `${ITEM}/${move}`, ...backTo(ITEM) },
      take: (...[visit, who, fields, parts]: Parameters<typeof answerItem>) =>
        moveItem(visit, who, move, fields, parts),
    })),
    { path: `${ITEM}/answer`, ...backTo(ITEM), take: answerItem },
  ],
};
