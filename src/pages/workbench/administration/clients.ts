/** The clients of the authorization server: what each is and may do; it is switched off and on, and given another secret. */
import type { SeenClient } from '../../../identity/authorization-server/client-administration.js';
import { clientKinds } from '../../../identity/authorization-server/client-kinds.table.js';
import { Fault } from '../../../fhir/fault.js';
import { done, heading, hidden } from '../../account/fields.js';
import type { Answer, Fields, Visit } from '../../account/visit.js';
import { html, type Html } from '../../html.js';
import { backTo, type StaffPage, type WorkbenchParts } from '../parts.js';
import { forRoles, type Administrator } from './guard.js';
import { CLIENTS } from './paths.js';

const ROLES = ['system-administrator'] as const;

interface Told {
  readonly isSaved?: boolean;
  readonly problem?: Fault;
  /** A new secret, shown this once. */
  readonly secret?: { readonly id: string; readonly value: string };
}

async function shown(visit: Visit, { who }: Administrator, parts: WorkbenchParts, told: Told): Promise<Answer> {
  const { words } = visit;
  const clients = await parts.clients.list(who);
  const content = html`${heading(words.adminClients, words.adminClientsWhy)}
    ${done(told.isSaved === true ? words.adminSaved : undefined)} ${told.problem && problemView(visit)}
    ${told.secret && secretView(visit, told.secret)} ${clients.length === 0 && html`<p>${words.adminNoClients}</p>`}
    <ul class="apps">
      ${clients.map(client => html`<li>${clientView(visit, client)}</li>`)}
    </ul>`;
  return { kind: 'page', status: told.problem ? statusOf(told.problem) : 200, title: words.adminClients, content };
}

const statusOf = ({ kind }: Fault): number => (kind === 'not-found' ? 404 : 409);

const problemView = ({ words }: Visit): Html => html`<p class="problem" role="alert">${words.moveRefused}</p>`;

const secretView = ({ words }: Visit, { id, value }: { id: string; value: string }): Html =>
  html`<section class="done" role="status" aria-labelledby="secret-title">
    <h2 id="secret-title">${words.adminNewSecret}: <bdi dir="ltr">${id}</bdi></h2>
    <p><code dir="ltr">${value}</code></p>
    <p>${words.adminSecretOnce}</p>
  </section>`;

function clientView(visit: Visit, client: SeenClient): Html {
  const { words } = visit;
  const { id, name, kind, integration, scope, authMethod, redirectUris, disabled = false } = client;
  const fact = (title: string, value: Html | string): Html =>
    html`<div>
      <dt>${title}</dt>
      <dd>${value}</dd>
    </div>`;
  const code = (text: string): Html => html`<code dir="ltr">${text}</code>`;
  return html`<h2><bdi>${name}</bdi></h2>
    <dl class="facts">
      ${fact(words.adminState, disabled ? words.adminSwitchedOff : words.adminInUse)}
      ${fact(words.adminClientId, code(id))}
      ${fact(words.adminClientKind, html`${code(kind)} <span lang="en" dir="ltr">${clientKinds[kind].about}</span>`)}
      ${fact(words.adminIntegration, code(integration))} ${fact(words.adminScopes, code(scope))}
      ${fact(words.adminAuthentication, html`${code(authMethod)} ${keysOf(client, visit)}`)}
      ${redirectUris.length > 0 && fact(words.adminRedirects, code(redirectUris.join(' ')))}
    </dl>
    <div class="actions">
      ${actionForm(visit, client, disabled ? 'enable' : 'disable')}
      ${authMethod.startsWith('client_secret') && actionForm(visit, client, 'rotate')}
    </div>`;
}

const keysOf = ({ keys, jwksUri }: SeenClient, { t }: Visit): Html | string => {
  if (jwksUri !== undefined) return html`<code dir="ltr">${jwksUri}</code>`;
  return keys === 0 ? '' : t('adminKeys', { count: keys });
};

const actions = ['disable', 'enable', 'rotate'] as const;
const actionWords = {
  disable: 'adminDisable',
  enable: 'adminEnable',
  rotate: 'adminRotate',
} as const satisfies Record<(typeof actions)[number], string>;

function actionForm({ words, form }: Visit, { id, name }: SeenClient, action: (typeof actions)[number]): Html {
  const label = words[actionWords[action]];
  return form(
    `${CLIENTS}/${action}`,
    html`${hidden('id', id)} <button type="submit" class="quiet" aria-label="${label}: ${name}">${label}</button>`,
  );
}

async function acted(
  action: (typeof actions)[number],
  { who }: Administrator,
  fields: Fields,
  { clients }: WorkbenchParts,
): Promise<Told> {
  const id = fields('id');
  try {
    if (action === 'rotate') return { secret: { id, value: await clients.rotate(who, id) } };
    await clients.setDisabled(who, id, action === 'disable');
    return { isSaved: true };
  } catch (error) {
    if (error instanceof Fault && (error.kind === 'not-found' || error.kind === 'conflict')) return { problem: error };
    throw error;
  }
}

/** The page, and the forms that switch clients and give them secrets. A secret is in no address, and kept by no browser. */
export const clientPages: readonly StaffPage[] = [
  { path: CLIENTS, show: forRoles(ROLES, (visit, by, _query, parts) => shown(visit, by, parts, {})) },
  ...actions.map(action => ({
    ...{ path: `${CLIENTS}/${action}`, ...backTo(CLIENTS, []) },
    take: forRoles(ROLES, async (visit, by, fields, parts) =>
      shown(visit, by, parts, await acted(action, by, fields, parts)),
    ),
  })),
];
