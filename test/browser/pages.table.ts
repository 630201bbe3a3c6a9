/**
 * Every page that the server makes, and how a reader gets there. `accessible.test.ts` opens each of them in both languages and holds
 * it against axe's rules; it fails where the server has a route that stands neither here nor in `withoutPage`.
 */
import { randomUUID } from 'node:crypto';
import { generate } from 'otplib';
import type { Lie } from '../fixtures/lying-provider.js';
import { CookieJar } from '../fixtures/cookie-jar.js';
import { launchedBy } from '../identity/member-launch.js';
import { codeOf, PASSWORD } from '../identity/members.js';
import { unreachableStaff } from '../identity/unreachable-staff.js';
import { actionsOf } from '../portal/desk.js';
import { Journey, stranger } from '../portal/journey.js';
import { linking } from '../portal/relations.js';
import { upkeepPages } from './upkeep.table.js';
import { memberPages, withoutMemberPage } from './members.table.js';
import { administrationPages, administrationWithoutPage } from './administration-pages.table.js';
import { AGENT, type Reader } from './page-site.js';
import { workloadPages } from './workload-pages.table.js';

export interface ListedPage {
  /** Name of its picture. */
  readonly name: string;
  /** Routes that make it, as Express has them; a form's own route stands with the page that answers it. */
  readonly routes?: readonly string[];
  readonly open: (reader: Reader) => Promise<void>;
}

/** Routes that answer with a redirect, with data, or with a file. */
export const withoutPage: readonly string[] = [
  ...['GET /health/live', 'GET /health/ready', 'GET /.well-known/portal-configuration'],
  // Where links to other languages lead from the answer to a form
  ...['GET /external', 'GET /external/unlinked/e-mail', 'GET /external/unlinked/code'],
  ...['GET /passkey/answer', 'GET /second-passkey/answer', 'POST /second-passkey/answer', 'GET /sign-in/set-up/app'],
  ...['GET /sign-in/set-up/app-code', 'GET /sign-in/set-up/passkey', 'GET /sign-in/set-up/passkey-answer'],
  ...['POST /sign-out', 'POST /account/sign-out-everywhere', 'POST /account/end-session'],
  ...['answer', 'retract', 'read', 'unread'].map(move => `GET /workbench/inbox/thread/${move}`),
  // Asked for by pages of the Workbench
  ...['GET /workbench/live', 'GET /workbench/events'],
  ...[
    'claim',
    'complete',
    'wait',
    'release',
    'resume',
    'reopen',
    'transfer',
    'unassign',
    'assign',
    'prioritize',
    'note',
    'retract',
    'answer',
  ].map(move => `GET /workbench/item/${move}`),
  ...withoutMemberPage,
  'GET /workbench/wordings/preview',
  ...administrationWithoutPage,
  'GET /workbench/workload/take-back',
  // Registration of clients
  ...['GET /oauth/register/', 'POST /oauth/register/', 'POST /oauth/register/:id/secret'],
  ...['GET /oauth/register/:id', 'PUT /oauth/register/:id', 'DELETE /oauth/register/:id'],
];

export const pages: readonly ListedPage[] = [
  {
    name: 'landing',
    routes: ['GET /'],
    async open({ page, go }) {
      await go('/');
      await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
    },
  },
  { name: 'missing', open: ({ go }) => go('/no/such/page') },
  {
    name: 'mail',
    routes: ['GET /mail/:id', 'GET /mail/:id/html'],
    async open({ page, portal, go }) {
      await portal.member();
      await go('/');
      await page.locator('.mails a').first().click();
    },
  },
  // The Workbench
  {
    name: 'workbench',
    routes: ['GET /workbench'],
    open: async reader => {
      await atWorkbench(reader);
    },
  },
  {
    name: 'workbench-item',
    routes: ['GET /workbench/item'],
    open: async reader => {
      await atItem(reader);
    },
  },
  {
    name: 'workbench-claimed',
    routes: [
      'claim',
      'complete',
      'wait',
      'release',
      'resume',
      'reopen',
      'transfer',
      'unassign',
      'assign',
      'prioritize',
      'note',
      'retract',
    ].map(move => `POST /workbench/item/${move}`),
    async open(reader) {
      await atItem(reader);
      await reader.send('/workbench/item/claim');
    },
  },
  {
    name: 'workbench-answer-late',
    routes: ['POST /workbench/item/answer'],
    async open(reader) {
      const id = await atItem(reader);
      await reader.send('/workbench/item/claim');
      const journey = new Journey(reader.portal.server, reader.portal.storage, { ahead: 0 });
      await journey.expect(200, 'demo-agent as Practitioner/demo-manager', 'POST', `Task/${id}/$unassign`);
      await reader.send('/workbench/item/answer', { text: 'Too late' });
    },
  },
  ...memberPages,
  ...administrationPages,
  ...workloadPages,
  ...upkeepPages,
  {
    name: 'workbench-inbox',
    routes: ['GET /workbench/inbox'],
    async open(reader) {
      await withPersonalReply(reader);
      await reader.go('/workbench/inbox');
    },
  },
  {
    name: 'workbench-inbox-thread',
    routes: ['answer', 'retract', 'read', 'unread']
      .map(move => `POST /workbench/inbox/thread/${move}`)
      .concat('GET /workbench/inbox/thread'),
    async open(reader) {
      const id = await withPersonalReply(reader);
      await reader.go(`/workbench/inbox/thread?id=${id}`);
    },
  },
  {
    name: 'workbench-message',
    routes: ['POST /workbench/message', 'GET /workbench/message'],
    async open(reader) {
      await atWorkbench(reader);
      await reader.go('/workbench/message?patient=Patient/demo-patient');
      await reader.send('/workbench/message', { subject: 'Results', text: '' });
    },
  },
  // Sign-in
  { name: 'sign-in', routes: ['GET /sign-in'], open: ({ go }) => go('/sign-in?after=closed') },
  {
    name: 'sign-in-refused',
    routes: ['POST /sign-in'],
    open: ({ signIn }) => signIn({ userName: 'nobody', password: PASSWORD }),
  },
  {
    name: 'second-factor',
    routes: ['GET /sign-in/code'],
    open: ({ signIn }) => signIn(AGENT),
  },
  {
    name: 'second-factor-wrong',
    routes: ['POST /sign-in/code'],
    async open({ signIn, send }) {
      await signIn(AGENT);
      await send('/sign-in/code', { code: 'x' });
    },
  },
  {
    name: 'second-factor-sent',
    routes: ['POST /sign-in/another-code'],
    async open({ signIn, send }) {
      await signIn(AGENT);
      await send('/sign-in/another-code');
    },
  },
  { name: 'passkey', routes: ['GET /passkey'], open: withPasskeyAsked },
  {
    name: 'passkey-refused',
    routes: ['POST /passkey/answer'],
    async open(reader) {
      await withPasskeyAsked(reader);
      await reader.page.evaluate('document.forms[0].submit()');
      await reader.page.waitForURL('**/passkey/answer*');
    },
  },
  {
    name: 'second-passkey',
    routes: ['GET /second-passkey'],
    async open({ signIn, go }) {
      await signIn(AGENT);
      await go('/second-passkey');
    },
  },
  { name: 'factor-set-up', routes: ['GET /sign-in/set-up'], open: lacking },
  {
    name: 'factor-set-up-app',
    // Its answers are those of the account's own pages.
    routes: ['POST /sign-in/set-up/app', 'POST /sign-in/set-up/app-code'],
    async open(reader) {
      await lacking(reader);
      await reader.send('/sign-in/set-up/app');
    },
  },
  {
    name: 'factor-set-up-passkey',
    routes: ['POST /sign-in/set-up/passkey', 'POST /sign-in/set-up/passkey-answer'],
    async open(reader) {
      await lacking(reader);
      await reader.send('/sign-in/set-up/passkey');
    },
  },
  {
    name: 'stale-form',
    async open({ go, page, send }) {
      await go('/sign-in');
      await page.context().clearCookies();
      await send('/sign-in', { userName: 'nobody', password: PASSWORD });
    },
  },
  // The ways in
  { name: 'invitation', routes: ['GET /invitation'], open: ({ go }) => go('/invitation') },
  {
    name: 'invitation-refused',
    async open({ go, send }) {
      await go('/invitation');
      await send('/invitation', { code: 'ABCD-EFGH', birthDate: '1980-02-03' });
    },
  },
  { name: 'invitation-choice', routes: ['POST /invitation'], open: invited },
  {
    name: 'invitation-choice-refused',
    routes: ['POST /invitation/account'],
    async open(reader) {
      await invited(reader);
      await reader.send('/invitation/account', { userName: 'somebody', password: 'password', again: 'password' });
    },
  },
  { name: 'activation', routes: ['GET /activation'], open: ({ go }) => go('/activation') },
  {
    name: 'activation-refused',
    // Its choice of credentials is the invitation's.
    routes: ['POST /activation', 'POST /activation/account'],
    async open({ go, send }) {
      await go('/activation');
      await send('/activation', { code: 'ABCD-EFGH', birthDate: '1980-02-03' });
    },
  },
  { name: 'self-enrollment', routes: ['GET /self-enrollment'], open: ({ go }) => go('/self-enrollment') },
  {
    name: 'self-enrollment-asked',
    routes: ['POST /self-enrollment'],
    async open({ go, send }) {
      await go('/self-enrollment');
      const facts = { family: 'Nobody', given: 'Noor', birthDate: '1980-02-03' };
      await send('/self-enrollment', { ...facts, email: 'nobody@example.org' });
    },
  },
  // Identity providers
  {
    name: 'external-leaving',
    routes: ['POST /external'],
    async open(reader) {
      // The browser stays where it is.
      reader.provider.lie = { answers: { '/authorize': response => response.writeHead(204).end() } };
      await reader.go('/sign-in');
      await reader.send('/external');
    },
  },
  {
    name: 'external-failed',
    routes: ['GET /external/clinic/callback'],
    open: reader => atProvider(reader, { callback: query => query.set('iss', 'https://other.example.org') }),
  },
  { name: 'external-unlinked', routes: ['GET /external/unlinked'], open: reader => atProvider(reader) },
  {
    name: 'external-asked',
    routes: ['POST /external/unlinked/e-mail'],
    async open(reader) {
      await atProvider(reader);
      await reader.send('/external/unlinked/e-mail');
    },
  },
  {
    name: 'external-wrong-code',
    routes: ['POST /external/unlinked/code'],
    async open(reader) {
      await atProvider(reader);
      await reader.send('/external/unlinked/e-mail');
      await reader.send('/external/unlinked/code', { code: '123456' });
    },
  },
  {
    name: 'external-connect',
    routes: ['GET /external/connect'],
    open: connecting,
  },
  {
    name: 'account-with-provider',
    routes: ['POST /external/connect'],
    async open(reader) {
      await connecting(reader);
      await reader.send('/external/connect');
    },
  },
  {
    name: 'account-provider-refused',
    routes: ['POST /account/external'],
    async open({ signIn, send }) {
      await signIn();
      await send('/account/external', { current: 'some other password' });
    },
  },
  {
    name: 'account-without-password',
    async open(reader) {
      await connecting(reader);
      await reader.send('/external/connect');
      await reader.go('/account/remove-method?method=password');
      await reader.send('/account/remove-method', { current: PASSWORD });
    },
  },
  // Forgotten
  { name: 'password-reset', routes: ['GET /password-reset'], open: ({ go }) => go('/password-reset') },
  { name: 'password-reset-code', routes: ['POST /password-reset'], open: forgotten },
  {
    name: 'password-reset-refused',
    routes: ['POST /password-reset/password'],
    async open(reader) {
      await forgotten(reader);
      await reader.send('/password-reset/password', { code: '123456', password: PASSWORD, again: PASSWORD });
    },
  },
  { name: 'user-name', routes: ['GET /user-name'], open: ({ go }) => go('/user-name') },
  {
    name: 'user-name-asked',
    routes: ['POST /user-name'],
    async open({ go, send }) {
      await go('/user-name');
      await send('/user-name', { email: 'nobody@example.org' });
    },
  },
  // The account
  { name: 'account', routes: ['GET /account'], open: ({ signIn }) => signIn() },
  {
    name: 'account-wrong-password',
    routes: ['POST /account/password', 'POST /account/close'],
    async open({ signIn, send }) {
      await signIn();
      await send('/account/close', { current: 'some other password' });
    },
  },
  {
    name: 'account-saved',
    routes: ['POST /account/second-factor'],
    async open({ signIn, send }) {
      await signIn();
      await send('/account/second-factor', { current: PASSWORD });
    },
  },
  {
    name: 'connected-apps',
    routes: ['GET /account/connected-apps'],
    open: withConnectedApp,
  },
  {
    name: 'connected-apps-ended',
    routes: ['POST /account/end-app'],
    async open(reader) {
      await withConnectedApp(reader);
      await reader.send('/account/end-app');
    },
  },
  {
    name: 'remove-method',
    routes: ['GET /account/remove-method'],
    async open({ signIn, go }) {
      await signIn();
      await go('/account/remove-method?method=password');
    },
  },
  {
    name: 'remove-method-last',
    routes: ['POST /account/remove-method'],
    async open({ signIn, go, send }) {
      await signIn();
      await go('/account/remove-method?method=password');
      await send('/account/remove-method', { current: PASSWORD });
    },
  },
  { name: 'new-passkey', routes: ['POST /account/passkey'], open: withNewPasskey },
  {
    name: 'new-passkey-failed',
    routes: ['POST /account/passkey-answer'],
    async open(reader) {
      await withNewPasskey(reader);
      await reader.page.evaluate('document.forms[0].submit()');
      await reader.page.waitForURL('**/account/passkey-answer*');
    },
  },
  {
    name: 'profile',
    routes: ['GET /account/profile'],
    async open({ go, signIn }) {
      await signIn();
      await go('/account/profile');
    },
  },
  {
    name: 'profile-refused',
    routes: ['POST /account/profile'],
    async open({ go, signIn, send }) {
      await signIn();
      await go('/account/profile');
      await send('/account/profile', { mobile: 'call me', street: '12 Mill Lane' });
    },
  },
  { name: 'relations', routes: ['GET /account/relations'], open: withRelations },
  {
    name: 'relations-asked',
    routes: ['POST /account/relations/ask', 'POST /account/relations/end', 'POST /account/relations/take-back'],
    async open(reader) {
      await withRelations(reader);
      await reader.send('/account/relations/ask', { ...SOMEBODY, email: 'no.one@example.org', current: 'wrong' });
    },
  },
  {
    name: 'accesses',
    routes: ['GET /account/accesses'],
    async open(reader) {
      await withRelations(reader);
      await reader.go('/account/accesses');
    },
  },
  { name: 'proxy-invitation', routes: ['GET /proxy-invitation'], open: ({ go }) => go('/proxy-invitation') },
  {
    name: 'proxy-invitation-asked',
    routes: ['POST /proxy-invitation', 'POST /proxy-invitation/accept', 'POST /proxy-invitation/new'],
    open: withProxyInvitation,
  },
  {
    name: 'proxy-invitation-declined',
    routes: ['POST /proxy-invitation/decline'],
    async open(reader) {
      await withProxyInvitation(reader);
      await reader.send('/proxy-invitation/decline');
    },
  },
  { name: 'authenticator-app', routes: ['POST /account/app'], open: withApp },
  {
    name: 'recovery-codes',
    routes: ['POST /account/app-code'],
    async open(reader) {
      await withApp(reader);
      const secret = await reader.page.locator('input[name=secret]').inputValue();
      const epoch = Math.floor(reader.portal.world.clock.now() / 1000);
      await reader.send('/account/app-code', { code: await generate({ secret, epoch }) });
    },
  },
  { name: 'address-code', routes: ['POST /account/address'], open: withAddress },
  {
    name: 'address-code-wrong',
    routes: ['POST /account/address-code'],
    async open(reader) {
      await withAddress(reader);
      await reader.send('/account/address-code', { code: 'x' });
    },
  },
  // Apps
  { name: 'demo-app', routes: ['GET /demo-app'], open: ({ go }) => go('/demo-app') },
  {
    name: 'demo-app-record',
    async open({ page, go }) {
      await go('/demo-app?start=now');
      await page.click('button[value="Person/demo-patient"]');
      await page.click('button[value="allow"]');
      await page.waitForSelector('#record:not([hidden])');
    },
  },
  { name: 'demo-sign-in', routes: ['GET /interaction/:uid'], open: reader => asked(reader) },
  {
    name: 'consent',
    routes: ['POST /interaction/:uid'],
    open: reader => consent(reader, 'Person/demo-patient', 'openid launch/patient offline_access patient/*.cruds'),
  },
  {
    name: 'consent-staff',
    async open(reader) {
      await consent(reader, 'Practitioner/demo-clinician', 'openid fhirUser launch/patient user/*.rs');
      await reader.page.fill('#find', 'Whitfield');
      await reader.page.click('form[role=search] button');
    },
  },
  { name: 'interaction-expired', open: ({ go }) => go('/interaction/none') },
  { name: 'app-refused', open: reader => asked(reader, { client_id: 'nobody' }) },
  // Links in notices
  ...[
    { path: '/not-for-me', name: 'not-for-me' },
    { path: '/preferences', name: 'unsubscribe' },
  ].flatMap(({ path, name }): ListedPage[] => [
    { name, routes: [`GET ${path}`], open: ({ go }) => go(`${path}?token=none`) },
    {
      name: `${name}-gone`,
      async open({ go, send }) {
        await go(`${path}?token=none`);
        await send(path);
      },
    },
    {
      name: `${name}-done`,
      routes: [`POST ${path}`],
      async open(reader) {
        const [, token = ''] = new RegExp(`${path}\\?token=([\\w-]+)`).exec(await invitationMail(reader)) ?? [];
        await reader.go(`${path}?token=${token}`);
        await reader.send(path);
      },
    },
  ]),
  { name: 'preferences', open: ({ go }) => go('/preferences') },
  { name: 'messages', routes: ['GET /messages'], open: ({ go }) => go('/messages') },
  // FHIR in a browser
  { name: 'fhir-sign-in', open: ({ go }) => go('/fhir/portal/Patient') },
  ...['Patient', 'Observation?_count=2', 'Patient/none', 'Patient?unknown=1', 'Patient/_history'].map(
    (path): ListedPage => ({
      name: `fhir-${path.replace(/\W/g, '-')}`,
      async open({ go, signIn }) {
        await signIn();
        await go(`/fhir/portal/${path}`);
      },
    }),
  ),
  ...['', '/_history'].map((more): ListedPage => ({
    name: `fhir-resource${more.replace('/', '-')}`,
    async open({ go, signIn, portal }) {
      const member = await portal.member();
      await signIn(member);
      await go(`/fhir/portal/${member.patient}${more}`);
    },
  })),
];

/** The text of the e-mail that invites somebody new. */
async function invitationMail({ portal }: Reader): Promise<string> {
  const person = stranger();
  const parameter = Object.entries(person).map(([name, value]) => ({
    name,
    [name === 'birthDate' ? 'valueDate' : 'valueString']: value,
  }));
  await portal.fhir('demo-ehr', 'POST', 'Patient/$invite', { resourceType: 'Parameters', parameter });
  return (await portal.mails(person.email)).at(-1)?.text ?? '';
}

async function invited(reader: Reader): Promise<void> {
  const [, code = ''] = /invitation#([0-9A-Z-]+)/.exec(await invitationMail(reader)) ?? [];
  await reader.go('/invitation');
  await reader.send('/invitation', { code, birthDate: stranger().birthDate });
}

/** Signs in at the provider, as somebody new. */
async function atProvider({ go, send, page, provider }: Reader, lie: Lie = {}): Promise<void> {
  provider.lie = lie;
  provider.person = { sub: randomUUID() };
  await go('/sign-in');
  await send('/external');
  await page.waitForURL(/\/external\/(unlinked|clinic)/);
}

async function connecting(reader: Reader): Promise<void> {
  const { userName, password } = await reader.portal.member();
  await atProvider(reader);
  await reader.go('/sign-in?return=%2Fexternal%2Fconnect');
  await reader.send('/sign-in', { userName, password });
  await reader.page.waitForURL('**/external/connect*');
  await reader.go('/external/connect');
}

/** The demo's agent at the Workbench, with a question that waits. */
async function atWorkbench({ portal, signIn, send, go }: Reader): Promise<string> {
  const { server } = portal;
  const journey = new Journey(server, portal.storage, { ahead: 0 });
  const { ask, itemsOf } = actionsOf(() => journey);
  const sent = await ask(['Organization/demo-clinical-group'], { topic: { text: 'A refill' } });
  const [task] = await itemsOf(sent);
  await signIn(AGENT);
  await send('/sign-in/code', { code: codeOf(await portal.mails('tomas.lindqvist@cedar-valley.example.org')) });
  await go('/workbench');
  return task?.id ?? '';
}

async function atItem(reader: Reader): Promise<string> {
  const id = await atWorkbench(reader);
  await reader.go(`/workbench/item?id=${id}`);
  return id;
}

/** The agent has an answer to what they wrote in their own name; its id. */
async function withPersonalReply(reader: Reader): Promise<string> {
  const { server, storage } = reader.portal;
  const { write, reply } = actionsOf(() => new Journey(server, storage, { ahead: 0 }));
  await atWorkbench(reader);
  const subject = { reference: 'Patient/demo-patient' };
  const begun = await write('demo-agent', { subject, recipient: [subject], topic: { text: 'Your plan' } });
  return (await reply({ resourceType: 'Communication', status: 'completed', id: String(begun.body.id) })).id ?? '';
}

async function forgotten({ go, send, portal }: Reader): Promise<void> {
  const { userName } = await portal.member();
  await go('/password-reset');
  await send('/password-reset', { name: userName });
}

async function withApp({ signIn, send }: Reader): Promise<void> {
  await signIn();
  await send('/account/app', { current: PASSWORD });
}

/** Browsers have no passkeys for a numeric address: the page tells so. */
async function withPasskeyAsked({ go, page }: Reader): Promise<void> {
  await go('/sign-in');
  await go('/passkey');
  await page.waitForSelector('#passkey-problem:not([hidden])');
}

async function withNewPasskey({ signIn, send, page }: Reader): Promise<void> {
  await signIn();
  await send('/account/passkey', { current: PASSWORD });
  await page.waitForSelector('#passkey-problem:not([hidden])');
}

/** Somebody who must have a second factor, and to whom no code can be sent. */
async function lacking({ signIn, portal }: Reader): Promise<void> {
  await signIn(await unreachableStaff(portal));
}

async function withAddress({ signIn, send }: Reader): Promise<void> {
  await signIn();
  await send('/account/address', { address: 'another@example.org', current: PASSWORD });
}

/** What an app asks for. */
async function asked({ go, portal: { server } }: Reader, change: Record<string, string> = {}): Promise<void> {
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: 'demo-app', redirect_uri: `${server.url}/demo-app`, state: 's' },
    ...{ scope: 'openid launch/patient patient/*.rs', aud: server.portal },
    ...{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S256', ...change },
  });
  await go(`/oauth/authorize?${query.toString()}`);
}

async function consent(reader: Reader, person: string, scope: string): Promise<void> {
  await asked(reader, { scope });
  await reader.page.click(`button[value="${person}"]`);
  await reader.page.waitForSelector('button[value="allow"]');
  await reader.page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
}

async function withConnectedApp({ portal, signIn, go }: Reader): Promise<void> {
  const member = await portal.member();
  const scope = 'openid offline_access launch/patient patient/Observation.rs patient/Task.cruds patient/Patient.rs';
  await launchedBy(member, portal, new CookieJar(), scope);
  await signIn(member);
  await go('/account/connected-apps');
}

const SOMEBODY: Readonly<Record<string, string>> = { given: 'Noor', family: 'Newcomer' };

/** A patient for whom one acts, one did, and one is asked to. */
async function withRelations({ page, portal, signIn, go, send }: Reader): Promise<void> {
  const [patient, ...others] = [await portal.member(), await portal.member(), await portal.member()];
  for (const { patient: proxy } of others) {
    const relation = await portal.fhir(
      ...(['demo-system', 'POST', 'RelatedPerson/$link-proxy'] as const),
      linking({ principal: patient.patient, proxy, basis: 'convenience', functions: ['messages', 'pay'] }),
    );
    if (proxy === others[0].patient)
      await portal.fhir('demo-system', 'POST', `RelatedPerson/${String(relation['id'])}/$unlink-proxy`);
  }
  await signIn(patient);
  await go('/account/relations');
  await page.check('[name="may-messages"]');
  await send('/account/relations/ask', { ...SOMEBODY, email: 'noor.newcomer@example.org', current: PASSWORD });
}

async function withProxyInvitation(reader: Reader): Promise<void> {
  await withRelations(reader);
  const mails = await reader.portal.mails('noor.newcomer@example.org');
  const code = /proxy-invitation#([0-9A-Z-]+)/.exec(mails.at(-1)?.text ?? '')?.[1] ?? '';
  await reader.go('/proxy-invitation');
  await reader.send('/proxy-invitation', { code });
}
