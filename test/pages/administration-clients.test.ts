/** Clients are switched and given secrets by system administrators, in a browser without script. */
import assert from 'node:assert/strict';
import { createClientRegistry } from '../../src/identity/authorization-server/clients.js';
import type { PageVisitor } from '../fixtures/page-visitor.js';
import { eachMembership, token } from '../identity/members.js';
import { enrolStaff, staffVisitor } from '../identity/staff-visitor.js';
import { actionsOf } from '../portal/desk.js';
import { Journey } from '../portal/journey.js';

const CLIENTS = '/workbench/clients';

eachMembership('administration of clients', portal => {
  const journey = (): Journey => new Journey(portal().server, portal().storage, { ahead: 0 });
  const { role } = actionsOf(journey);
  const registry = () => createClientRegistry({ ...portal().storage, ...portal().world });
  const id = `client-${token()}`;
  let secret = '';
  let administrator: PageVisitor;
  before(async () => {
    await enrolStaff(portal());
    await role('Practitioner/demo-auditor', 'system-administrator', 'Organization/demo-organization');
    administrator = await staffVisitor(portal(), 'auditor');
    const client = { kind: 'trusted-system', name: 'EHR <b>', integration: 'ehr', redirectUris: [] } as const;
    const scope = 'system/Patient.rs';
    secret = String(await registry().add({ ...client, id, scope, authMethod: 'client_secret_basic' }));
    const jwksUri = 'https://keys.example.org/jwks';
    await registry().add({ ...client, id: `${id}-keys`, scope, authMethod: 'private_key_jwt', jwksUri });
  });
  const tokenStatus = async (value: string): Promise<number> => {
    const authorization = `Basic ${Buffer.from(`${id}:${value}`).toString('base64')}`;
    const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'system/Patient.rs' });
    const url = `${portal().server.url}/oauth/token`;
    return (await fetch(url, { method: 'POST', headers: { authorization }, body })).status;
  };
  /** The form of this client. */
  const act = async (action: string, of = id, visitor = administrator) => {
    const page = await visitor.get(CLIENTS);
    const [, form = ''] = /name="form" value="([^"]+)"/.exec(page.text) ?? [];
    const own = { origin: new URL(portal().server.url).origin, 'sec-fetch-site': 'same-origin' };
    const body = new URLSearchParams({ form, id: of });
    return visitor.request(`${CLIENTS}/${action}`, { method: 'POST', body, headers: own });
  };

  it('[A31] a client is switched off and on with the next request, and gets another secret, which is shown once; all is audited', async () => {
    const page = await administrator.get(CLIENTS);
    assert.match(page.text, /EHR &lt;b&gt;/);
    assert.match(page.text, new RegExp(`clients/disable[^>]*>[^]*?name="id" value="${id}"`));
    assert.ok(page.text.includes(id) && !page.text.includes('secretHash') && !page.text.includes(secret));
    assert.equal(await tokenStatus(secret), 200);
    assert.match((await act('disable')).text, /role="status"/);
    assert.equal(await tokenStatus(secret), 401);
    await act('enable');
    assert.equal(await tokenStatus(secret), 200);
    const rotated = await act('rotate');
    const [, next = ''] = /<section class="done".*?<p><code dir="ltr">([^<]+)<\/code>/s.exec(rotated.text) ?? [];
    assert.equal(rotated.headers.get('cache-control'), 'no-store');
    assert.deepEqual([await tokenStatus(secret), await tokenStatus(next)], [401, 200]);
    assert.ok(!(await administrator.get(CLIENTS)).text.includes(next));
    const path = `AuditEvent?_sort=-date&_count=50&agent=Practitioner/demo-auditor`;
    const { text } = await journey().expect(200, 'demo-agent as Practitioner/demo-auditor', 'GET', path);
    assert.match(text, new RegExp(`Device/${id}"`));
    assert.ok(!text.includes(next));
  });

  it('[A31] what cannot be is refused: no secret where there are keys, no client that is unknown', async () => {
    assert.equal((await act('rotate', `${id}-keys`)).status, 409);
    for (const action of ['rotate', 'disable', 'enable']) assert.equal((await act(action, 'unknown')).status, 404);
  });

  it('[B37] [B41] others see and change nothing, nor does who held the role; forms of other sites do not count', async () => {
    for (const staff of ['administrator', 'configuration-manager', 'manager', 'agent'] as const) {
      const visitor = await staffVisitor(portal(), staff);
      const shown = await visitor.get(CLIENTS);
      assert.equal(shown.status, 403);
      assert.ok(!shown.text.includes(id));
      assert.equal((await act('disable', id, visitor)).status, 403);
    }
    const body = new URLSearchParams({ id });
    assert.equal((await administrator.request(`${CLIENTS}/disable`, { method: 'POST', body })).status, 403);
    const held = await portal().fhir('demo-system', 'GET', 'PractitionerRole?role=system-administrator');
    const [{ resource } = { resource: undefined }] = held['entry'] as { resource: { id: string } }[];
    const before = await administrator.get(CLIENTS);
    await portal().fhir('demo-system', 'PUT', `PractitionerRole/${resource?.id}`, { ...resource, active: false });
    const late = await administrator.send(before, {}, `${CLIENTS}/rotate`);
    assert.equal(late.status, 403);
    assert.equal((await registry().find(id))?.disabled, undefined);
  });
});
