/** The pages of the Workbench on which administrators work. */
import { createClientRegistry } from '../../src/identity/authorization-server/clients.js';
import type { Staff } from '../identity/staff-visitor.js';
import { coding } from '../portal/desk.js';
import { asStaff } from './members.table.js';
import type { ListedPage } from './pages.table.js';
import type { Reader } from './page-site.js';

const CLIENT_ACTIONS = ['disable', 'enable', 'rotate'];

export const administrationPages: readonly ListedPage[] = [
  {
    name: 'admin-groups',
    routes: ['GET /workbench/groups'],
    open: reader => atPage(reader, 'administrator', '/workbench/groups'),
  },
  {
    name: 'admin-clinical-group-refused',
    routes: ['POST /workbench/groups/clinical', 'GET /workbench/groups/clinical'],
    async open(reader) {
      await atPage(reader, 'administrator', '/workbench/groups/clinical?id=demo-clinical-group');
      await reader.page.selectOption('#to-billing', { index: 1 });
      await reader.send('/workbench/groups/clinical?', { 'hours-billing': 'soon' });
    },
  },
  {
    name: 'admin-workflow-group-refused',
    routes: ['POST /workbench/groups/workflow', 'GET /workbench/groups/workflow'],
    async open(reader) {
      await atPage(reader, 'administrator', '/workbench/groups/workflow?id=demo-workflow-group');
      await reader.page.uncheck('[name=active]');
      await reader.send('/workbench/groups/workflow?');
    },
  },
  {
    name: 'admin-workflow-group-managed',
    routes: ['POST /workbench/groups/workflow/enrol', 'POST /workbench/groups/workflow/remove'],
    async open(reader) {
      await atPage(reader, 'manager', '/workbench/groups/workflow?id=demo-workflow-group');
      await reader.send('/workbench/groups/workflow/enrol');
    },
  },
  {
    name: 'admin-users',
    routes: ['GET /workbench/users', 'POST /workbench/users'],
    async open(reader) {
      await atPage(reader, 'administrator', '/workbench/users');
      await reader.send('/workbench/users?', { name: 'li' });
    },
  },
  {
    name: 'admin-user-refused',
    routes: ['user', 'user/grant', 'user/end'].flatMap(path => [
      `POST /workbench/users/${path}`,
      ...(path === 'user' ? ['GET /workbench/users/user'] : []),
    ]),
    async open(reader) {
      await atPage(reader, 'administrator', '/workbench/users/user?id=demo-administrator');
      await reader.send('/workbench/users/user/grant');
    },
  },
  {
    name: 'admin-configuration-refused',
    routes: ['GET /workbench/configuration', 'POST /workbench/configuration'],
    async open(reader) {
      await atPage(reader, 'configuration-manager', '/workbench/configuration');
      await reader.send('/workbench/configuration?', { 'session-hours': 'eight', 'help-page': 'http://x' });
    },
  },
  {
    name: 'admin-branding',
    routes: ['GET /workbench/branding', 'POST /workbench/branding', 'POST /workbench/branding/preview'],
    async open(reader) {
      await atPage(reader, 'configuration-manager', '/workbench/branding');
      await reader.page.fill('#accent-color', '#7a1f5c');
      await reader.page.click('button[formaction]');
      await reader.page.waitForLoadState();
    },
  },
  {
    name: 'admin-clients',
    routes: ['GET /workbench/clients', ...CLIENT_ACTIONS.map(action => `POST /workbench/clients/${action}`)],
    async open(reader) {
      await withClient(reader);
      await atPage(reader, 'manager', '/workbench/clients');
      await reader.send('/workbench/clients/rotate');
    },
  },
];

/** A client, and somebody who keeps clients. */
async function withClient({ portal: { storage, world, fhir } }: Reader): Promise<void> {
  const registry = createClientRegistry({ ...storage, ...world });
  const client = { kind: 'trusted-system', name: 'Records', integration: 'ehr', redirectUris: [] } as const;
  const scope = 'system/Patient.rs system/Communication.cruds';
  if ((await registry.find('records')) !== undefined) return;
  await registry.add({ ...client, id: 'records', scope, authMethod: 'client_secret_basic' });
  await fhir('demo-system', 'POST', 'PractitionerRole', {
    resourceType: 'PractitionerRole',
    active: true,
    practitioner: { reference: 'Practitioner/demo-manager' },
    code: [coding('role', 'system-administrator')],
  });
}

/** Routes of these pages that lead back to another. */
export const administrationWithoutPage: readonly string[] = [
  'GET /workbench/groups/workflow/enrol',
  'GET /workbench/groups/workflow/remove',
  'GET /workbench/users/user/grant',
  'GET /workbench/users/user/end',
  'GET /workbench/branding/preview',
  ...CLIENT_ACTIONS.map(action => `GET /workbench/clients/${action}`),
];

type Cookies = Awaited<ReturnType<ReturnType<Reader['page']['context']>['cookies']>>;
const sessions = new Map<string, Cookies>();

/** Opens a page of the Workbench as a member of the demo's staff, who signs in again where a session has ended. */
export async function atPage(reader: Reader, staff: Staff, path: string): Promise<void> {
  const context = reader.page.context();
  await context.addCookies(sessions.get(staff) ?? []);
  await reader.go(path);
  if ((await reader.page.locator('#userName').count()) === 0) return;
  await asStaff(reader, staff);
  sessions.set(staff, await context.cookies());
  await reader.go(path);
}
