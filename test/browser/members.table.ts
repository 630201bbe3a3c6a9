/** The pages of member administration at the Workbench, and how a reader gets there. */
import { codeOf } from '../identity/members.js';
import { credentialsOf, staffEmails, type Staff } from '../identity/staff-visitor.js';
import { linking } from '../portal/relations.js';
import type { Reader } from './page-site.js';
import type { ListedPage } from './pages.table.js';

const MEMBERS = '/workbench/members';

/** Signs one of the demo's staff in, with the second step. */
export async function asStaff({ portal, signIn, send }: Reader, staff: Staff): Promise<void> {
  await signIn(credentialsOf(staff));
  await send('/sign-in/code', { code: codeOf(await portal.mails(staffEmails[staff])) });
}

export const withoutMemberPage: readonly string[] = ['confirm', 'reject'].map(
  move => `GET ${MEMBERS}/duplicate/${move}`,
);

export const memberPages: readonly ListedPage[] = [
  {
    name: 'members',
    routes: [`GET ${MEMBERS}`, `POST ${MEMBERS}`],
    async open(reader) {
      await asStaff(reader, 'administrator');
      await reader.go(MEMBERS);
      await reader.send(MEMBERS, { name: 'd' });
    },
  },
  {
    name: 'member',
    routes: [`GET ${MEMBERS}/member`],
    async open(reader) {
      const { fhir, member } = reader.portal;
      const { patient } = await member();
      const { patient: proxy } = await member();
      const link = linking({ principal: patient, proxy, basis: 'convenience', functions: ['messages'] });
      await fhir('demo-system', 'POST', 'RelatedPerson/$link-proxy', link);
      await asStaff(reader, 'administrator');
      await reader.go(`${MEMBERS}/member?of=${patient}`);
    },
  },
  {
    name: 'member-act-refused',
    routes: [`GET ${MEMBERS}/action`, `POST ${MEMBERS}/action`],
    async open(reader) {
      const patient = await newRecord(reader, 'Unreachable');
      await asStaff(reader, 'administrator');
      await reader.go(`${MEMBERS}/action?do=invite&on=${patient}&of=${patient}`);
      await reader.send(`${MEMBERS}/action`);
    },
  },
  {
    name: 'duplicate-refused',
    routes: ['GET duplicates', 'GET duplicate', 'POST duplicate/confirm', 'POST duplicate/reject'].map(route =>
      route.replace(' ', ` ${MEMBERS}/`),
    ),
    async open(reader) {
      const other = await atDuplicates(reader);
      await reader.page.locator('main th a').last().click();
      await reader.page.waitForURL('**/duplicate?*');
      // Two accounts: which record is kept must be said.
      await reader.portal.fhir('demo-system', 'POST', 'Person', {
        ...{ resourceType: 'Person', active: true, link: [{ target: { reference: other } }] },
      });
      await reader.send(`${MEMBERS}/duplicate/confirm`);
    },
  },
];

async function newRecord({ portal }: Reader, family: string, email?: string): Promise<string> {
  const telecom = email === undefined ? {} : { telecom: [{ system: 'email', value: email }] };
  const record = await portal.fhir('demo-system', 'POST', 'Patient', {
    ...{ resourceType: 'Patient', active: true, birthDate: '1984-05-06', name: [{ family, given: ['Noor'] }] },
    ...telecom,
  });
  return `Patient/${String(record['id'])}`;
}

/** Of two records; resolves with the one without an account. */
async function atDuplicates(reader: Reader): Promise<string> {
  const { fhir, member } = reader.portal;
  const { patient } = await member();
  const { name, birthDate } = await fhir('demo-system', 'GET', patient);
  const address = [{ line: ['1 Main Street'], city: 'Springfield' }];
  const other = { resourceType: 'Patient', active: true, name, birthDate, address, gender: 'female' };
  const { id } = await fhir('demo-system', 'POST', 'Patient', other);
  await asStaff(reader, 'administrator');
  await reader.go(`${MEMBERS}/duplicates`);
  return `Patient/${String(id)}`;
}
