/** The page on which managers see what their agents have. */
import { actionsOf } from '../portal/desk.js';
import { Journey } from '../portal/journey.js';
import { atPage } from './administration-pages.table.js';
import type { ListedPage } from './pages.table.js';
import type { Reader } from './page-site.js';

const WORKLOAD = '/workbench/workload?group=Organization/demo-workflow-group';

async function anItemHeld({ portal }: Reader): Promise<void> {
  const journey = new Journey(portal.server, portal.storage, { ahead: 0 });
  const { ask, itemsOf, move } = actionsOf(() => journey);
  const [item] = await itemsOf(await ask(['Organization/demo-clinical-group']));
  if (item) await move('demo-agent', item, 'claim');
}

export const workloadPages: readonly ListedPage[] = [
  {
    name: 'workbench-workload',
    routes: ['GET /workbench/workload'],
    async open(reader) {
      await anItemHeld(reader);
      await atPage(reader, 'manager', WORKLOAD);
    },
  },
  {
    name: 'workbench-workload-taken-back',
    routes: ['POST /workbench/workload/take-back'],
    async open(reader) {
      await anItemHeld(reader);
      await atPage(reader, 'manager', WORKLOAD);
      await reader.send('/workbench/workload/take-back');
    },
  },
];
