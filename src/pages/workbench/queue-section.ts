/** The queues of a member of staff, the work items in them, and their moves. */
import { answerItem, itemPage, makeMove, retractMessage } from './item.js';
import { itemMoves } from './item-moves.js';
import { messagePage, writeMessage } from './message.js';
import { backTo, ITEM, MESSAGE, WORKBENCH, type Section } from './parts.js';
import { names } from './queue-choice.js';
import { LIVE, livePage } from './queue-counts.js';
import { queuePage } from './queue.js';
import { workloadPages } from './workload.js';

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
        itemPage(visit, who, query('id'), parts, query('after') === 'done' ? { done: 'moveDone' } : {}),
    },
    ...itemMoves.map(move => ({
      ...{ path: `${ITEM}/${move}`, ...backTo(ITEM) },
      take: (...[visit, who, fields, parts]: Parameters<typeof answerItem>) =>
        makeMove(visit, who, move, fields, parts),
    })),
    { path: `${ITEM}/answer`, ...backTo(ITEM), take: answerItem, takesFiles: true },
    { path: `${ITEM}/retract`, ...backTo(ITEM), take: retractMessage },
    {
      ...{ path: MESSAGE, keeps: ['patient'], takesFiles: true, take: writeMessage },
      show: (visit, who, query, parts) =>
        messagePage(visit, who, query('patient'), parts, query('after') === 'sent' ? { done: 'messageSent' } : {}),
    },
    ...workloadPages,
  ],
};
