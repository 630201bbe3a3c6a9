/** The facade: the portal's data for apps, read-only. */
import assert from 'node:assert/strict';
import type { Bundle } from 'fhir/r4.js';
import { App } from '../identity/launch.js';
import { asMessage, eachPortal, issue, onePortal, type Caller, type Journey } from './journey.js';

const patient: Caller = 'demo-patient';
const system: Caller = 'demo-system';
/** Below the portal's base. */
const facade = (path: string): string => `../facade/${path}`;

const question = (status: string) => ({
  ...{ resourceType: 'Communication', status, subject: { reference: 'Patient/demo-patient' } },
  category: [{ coding: [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'general' }] }],
  payload: [{ contentString: 'A question' }],
  sender: { reference: 'Patient/demo-patient' },
  recipient: [{ reference: 'Organization/demo-clinical-group' }],
});

function reading(journey: () => Journey): void {
  it('[PKB-2] a patient reads the own record here as in the portal, and nobody else’s', async () => {
    for (const path of ['Patient/demo-patient', 'Patient/demo-patient/_history/1']) {
      const [here, there] = [
        await journey().expect(200, patient, 'GET', facade(path)),
        await journey().expect(200, patient, 'GET', path),
      ];
      assert.equal(here.text, there.text);
      assert.equal(here.headers.get('etag'), there.headers.get('etag'));
    }
    const other = await journey().expect(201, system, 'POST', 'Patient', { resourceType: 'Patient', active: true });
    const id = String(other.body.id);
    await journey().expect(404, patient, 'GET', facade(`Patient/${id}`));
    const all = (await journey().expect(200, patient, 'GET', facade('Patient?_count=100'))).body as unknown as Bundle;
    assert.ok(!all.entry?.some(({ resource }) => resource?.id === id));
    await journey().expect(200, patient, 'GET', facade('Patient/demo-patient/$everything'));
  });

  it('[PKB-2] what is written in the portal is here at once; links and full addresses are the facade’s', async () => {
    for (let count = 0; count < 3; count++) {
      await journey().expect(201, patient, 'POST', 'Communication', question('completed'));
    }
    const { body } = await journey().expect(200, patient, 'GET', facade('Communication?_count=2'));
    const { link = [], entry = [] } = body as unknown as Bundle;
    const base = `${journey().server.facade}/`;
    assert.deepEqual(link.map(({ relation }) => relation).toSorted(), ['next', 'self']);
    for (const url of [...link.map(one => one.url), ...entry.map(one => one.fullUrl ?? '')]) {
      assert.ok(url.startsWith(base), url);
    }
    const next = link.find(({ relation }) => relation === 'next')?.url ?? '';
    const rest = next.slice(base.length);
    assert.equal((await journey().expect(200, patient, 'GET', facade(rest))).body.resourceType, 'Bundle');
    const message = entry[0]?.resource?.id ?? '';
    const audited = await journey().expect(200, system, 'GET', 'AuditEvent?_sort=-date&_count=20&patient=demo-patient');
    assert.ok(!audited.text.includes(base), 'one trail tells both, by the portal’s references');
    assert.ok(message);
  });

  it('[PKB-2] nothing is written here', async () => {
    const { body } = await journey().expect(200, patient, 'GET', 'Patient/demo-patient');
    const refused: [string, string, unknown?][] = [
      ['POST', 'Communication', question('completed')],
      ['PUT', 'Patient/demo-patient', body],
      ['PATCH', 'Patient/demo-patient', []],
      ['DELETE', 'Patient/demo-patient'],
      ['POST', '', { resourceType: 'Bundle', type: 'transaction' }],
    ];
    for (const [method, path, sent] of refused) {
      const answer = await journey().call(patient, method, facade(path), sent);
      assert.deepEqual([answer.status, issue(answer).code], [405, 'not-supported'], `${method} ${path}`);
    }
    const sent = asMessage(await journey().expect(201, patient, 'POST', 'Communication', question('completed')));
    for (const operation of ['$mark-read', '$archive']) {
      await journey().expect(404, patient, 'POST', facade(`Communication/${sent.id}/${operation}`));
    }
    const entry = [{ resource: question('completed'), request: { method: 'POST', url: 'Communication' } }];
    const batch = { resourceType: 'Bundle', type: 'batch', entry };
    const answers = (await journey().expect(200, patient, 'POST', facade(''), batch)).body as unknown as Bundle;
    assert.match(answers.entry?.[0]?.response?.status ?? '', /^405/);
  });

  it('[PKB-2] [MSG-19] a draft is its author’s alone here, too', async () => {
    const draft = asMessage(await journey().expect(201, patient, 'POST', 'Communication', question('preparation')));
    await journey().expect(200, patient, 'GET', facade(`Communication/${draft.id}`));
    for (const other of ['demo-clinician', system]) {
      await journey().expect(404, other, 'GET', facade(`Communication/${draft.id}`));
    }
  });
}

describe('the facade', () => {
  eachPortal(reading);

  onePortal(journey => {
    it('[PKB-2] [PKB-10] is for apps; a trusted system is refused, whatever it asks for', async () => {
      for (const path of ['Patient/demo-patient', 'Patient/absent', 'Patient']) {
        const answer = await journey().expect(403, 'demo-ehr', 'GET', facade(path));
        assert.equal(issue(answer).code, 'forbidden');
      }
      await journey().expect(401, '', 'GET', facade('Patient'));
      await journey().expect(200, '', 'GET', facade('metadata'));
    });

    it('[PKB-2] [PKB-6] an app is launched for it: by its base as `aud`, and what its documents say', async () => {
      const { server } = journey();
      const found = await fetch(`${server.facade}/.well-known/smart-configuration`);
      const { scopes_supported: scopes } = (await found.json()) as { scopes_supported: string[] };
      assert.ok(scopes.includes('patient/*.rs'));
      assert.ok(
        scopes.every(scope => !/\.\w*[cud]/.test(scope.replace(/^launch.*/, ''))),
        'none of them writes',
      );
      const app = new App(server);
      const body = await app.launch({ extra: { aud: server.facade } });
      const headers = { authorization: `Bearer ${String(body['access_token'])}` };
      assert.equal((await fetch(`${server.facade}/Patient/${String(body['patient'])}`, { headers })).status, 200);
    });

    it('[PKB-2] stands on the landing page', async () => {
      const page = await (await fetch(journey().server.url, { headers: { accept: 'text/html' } })).text();
      assert.ok(page.includes(journey().server.facade));
    });
  });
});
