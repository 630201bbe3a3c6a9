/** The pages of the Workbench on which administrators work. */
import { codeOf } from '../identity/members.js';
import { staffMember } from '../identity/staff.js';
import type { ListedPage } from './pages.table.js';
import type { Reader } from './page-site.js';

export const administrationPages: readonly ListedPage[] = [
  {
    name: 'admin-groups',
    routes: ['GET /workbench/groups'],
    open: reader => asStaff(reader, 'demo-administrator', '/workbench/groups'),
  },
  {
    name: 'admin-not-yours',
    open: reader => asStaff(reader, 'demo-auditor', '/workbench/groups'),
  },
  {
    name: 'admin-clinical-group',
    routes: ['GET /workbench/groups/clinical'],
    open: reader => asStaff(reader, 'demo-administrator', '/workbench/groups/clinical?id=demo-clinical-group'),
  },
  {
    name: 'admin-clinical-group-refused',
    routes: ['POST /workbench/groups/clinical'],
    async open(reader) {
      await asStaff(reader, 'demo-administrator', '/workbench/groups/clinical?id=demo-clinical-group');
      await reader.page.selectOption('#to-billing', { index: 1 });
      await reader.send('/workbench/groups/clinical?', { 'hours-billing': 'soon' });
    },
  },
  {
    name: 'admin-workflow-group-refused',
    routes: ['POST /workbench/groups/workflow', 'GET /workbench/groups/workflow'],
    async open(reader) {
      await asStaff(reader, 'demo-administrator', '/workbench/groups/workflow?id=demo-workflow-group');
      await reader.page.uncheck('[name=active]');
      await reader.send('/workbench/groups/workflow?');
    },
  },
  {
    name: 'admin-workflow-group-managed',
    routes: ['POST /workbench/groups/workflow/enrol', 'POST /workbench/groups/workflow/remove'],
    async open(reader) {
      await asStaff(reader, 'demo-manager', '/workbench/groups/workflow?id=demo-workflow-group');
      await reader.send('/workbench/groups/workflow/enrol');
    },
  },
];

/** Routes of these pages that lead back to another. */
export const administrationWithoutPage: readonly string[] = [
  'GET /workbench/groups/workflow/enrol',
  'GET /workbench/groups/workflow/remove',
];

type Cookies = Awaited<ReturnType<ReturnType<Reader['page']['context']>['cookies']>>;
const sessions = new Map<string, Cookies>();

/** Opens a page of the Workbench as a member of the demo's staff, who signs in again where a session has ended. */
export async function asStaff(reader: Reader, id: string, path: string): Promise<void> {
  const { page, portal, signIn, send, go } = reader;
  const context = page.context();
  await context.addCookies(sessions.get(id) ?? []);
  await go(path);
  if ((await page.locator('#userName').count()) === 0) return;
  const member = await staffMember(portal, id);
  await signIn(member);
  await send('/sign-in/code', { code: codeOf(await portal.mails(member.email)) });
  sessions.set(id, await context.cookies());
  await go(path);
}
