/** Staff see what their role and group are for; scopes narrow what a token may do, of whomever. */
import assert from 'node:assert/strict';
import type { Caller, Journey } from '../portal/journey.js';
import { nameOf, workOf } from './two-patients.js';
import {
  agent,
  askWith,
  auditor,
  canaryOfFirst,
  clinician,
  entriesOf,
  few,
  FIRST,
  first,
  SECOND,
  second,
  seed,
  system,
  totalOf,
  type Claims,
} from './ward.js';

const task = (id: string, group: string) => ({
  ...{ resourceType: 'Task', id, status: 'requested', intent: 'order', for: { reference: `Patient/${FIRST}` } },
  focus: { reference: `Communication/${nameOf(FIRST, 'Communication')}` },
  ...workOf(group),
});

export function staff(journey: () => Journey): void {
  describe('staff', () => {
    before(() => seed(journey().server, [task('zq-ours', 'demo-workflow-group'), task('zq-theirs', 'zq-group')]));

    it('[B12] [B41] agents see the work of their own group', async () => {
      for (const caller of few(journey(), [agent, 'demo-agent as Practitioner/demo-manager', clinician])) {
        await journey().expect(404, caller, 'GET', 'Task/zq-theirs');
        await journey().expect(404, caller, 'GET', 'Task/zq-theirs/_history');
        const found = await journey().expect(200, caller, 'GET', `Task?patient=${FIRST}&_count=100`);
        assert.ok(!entriesOf(found).includes('Task/zq-theirs'), caller);
        const around = await journey().expect(200, caller, 'GET', `Patient?_id=${FIRST}&_revinclude=Task:patient`);
        assert.ok(!around.text.includes('zq-theirs'), caller);
        const chained = await journey().expect(200, caller, 'GET', 'Patient?_has:Task:patient:_id=zq-theirs');
        assert.equal(totalOf(chained), 0);
      }
      await journey().expect(200, agent, 'GET', 'Task/zq-ours');
      await journey().expect(404, agent, 'POST', 'Task/zq-theirs/$claim');
      await journey().expect(404, agent, 'POST', 'Task/zqnil-work/$claim');
    });

    it('[B26] the auditor alone reads the audit, and reads nothing else', async () => {
      const found = await journey().expect(200, auditor, 'GET', 'AuditEvent?_count=1');
      const [event = ''] = entriesOf(found);
      await journey().expect(200, auditor, 'GET', event);
      for (const caller of few(journey(), [first, agent, clinician, 'demo-ehr'])) {
        for (const path of ['AuditEvent?_count=1', event, 'AuditEvent/none', 'AuditEvent?_summary=count']) {
          await journey().expect(403, caller, 'GET', path);
        }
        const all = await journey().call(caller, 'GET', '?_type=AuditEvent,Organization');
        assert.ok(
          entriesOf(all).every(name => !name.startsWith('AuditEvent/')),
          caller,
        );
        const around = await journey().call(caller, 'GET', `Patient?_id=${FIRST}&_revinclude=AuditEvent:patient`);
        assert.ok(
          entriesOf(around).every(name => !name.startsWith('AuditEvent/')),
          caller,
        );
      }
      for (const path of ['Patient', `Patient/${FIRST}`, 'Communication', 'Observation']) {
        await journey().expect(403, auditor, 'GET', path);
      }
    });

    it('[B26] [H05] nobody writes the audit', async () => {
      const [event = ''] = entriesOf(await journey().expect(200, auditor, 'GET', 'AuditEvent?_count=1'));
      const body = { resourceType: 'AuditEvent', id: event.slice('AuditEvent/'.length) };
      for (const caller of few(journey(), [system, auditor, clinician, first])) {
        for (const [method, path] of [
          ['POST', 'AuditEvent'],
          ['PUT', event],
          ['DELETE', event],
          ['PATCH', event],
        ] as const) {
          const { status } = await journey().call(caller, method, path, method === 'DELETE' ? undefined : body);
          assert.ok(status === 403 || status === 405, `${caller} ${method}: ${status}`);
        }
        const entry = [{ request: { method: 'DELETE', url: event } }];
        const bundle = { resourceType: 'Bundle', type: 'transaction', entry };
        const { status } = await journey().call(caller, 'POST', '', bundle);
        assert.ok(status === 403 || status === 405, `${caller} transaction: ${status}`);
      }
      await journey().expect(200, auditor, 'GET', event);
    });

    it('[B41] a Practitioner without a role sees the directory alone', async () => {
      const doctor: Caller = 'demo-clinician as Practitioner/zq-doctor';
      await journey().expect(200, doctor, 'GET', 'Practitioner/zq-doctor');
      for (const path of [`Patient/${FIRST}`, 'Patient/zqnil', 'Observation', 'Task']) {
        await journey().expect(403, doctor, 'GET', path);
      }
    });
  });
}

const account = (patient: string): string => `Person/${nameOf(patient, 'Person')}`;
const apart = (scope: string, more: Partial<Claims> = {}): Claims => ({
  client: 'demo-patient',
  person: account(FIRST),
  scope,
  ...more,
});

export function scopes(journey: () => Journey): void {
  const asks = async (claims: Claims, path: string): Promise<number> =>
    (await askWith(journey(), claims, 'GET', path)).status;
  const own = `Observation/${nameOf(FIRST, 'Observation')}`;

  describe('scopes', () => {
    it('[B40] reading is not searching, and a context must be the token’s own', async () => {
      const table: [scope: string, read: number, search: number][] = [
        ['patient/Observation.r', 200, 403],
        ['patient/Observation.s', 403, 200],
        ['patient/Observation.read', 200, 200],
        // Beyond what the client is registered for.
        ['user/Observation.rs', 403, 403],
        ['system/*.cruds', 403, 403],
        ['patient/Patient.rs', 403, 403],
        ['openid profile', 403, 403],
      ];
      for (const [scope, read, search] of few(journey(), table)) {
        assert.equal(await asks(apart(scope), own), read, `${scope} read`);
        assert.equal(await asks(apart(scope), 'Observation/zqnil'), read === 200 ? 404 : 403, `${scope} absent`);
        assert.equal(await asks(apart(scope), 'Observation'), search, `${scope} search`);
      }
      const user = apart('user/Observation.rs', { client: 'demo-clinician' });
      assert.deepEqual(
        [await asks(user, own), await asks(user, `Observation/${nameOf(SECOND, 'Observation')}`)],
        [200, 404],
      );
    });

    it('[B40] [B13] a search of all types searches those that may be searched', async () => {
      const claims = apart('patient/Observation.r patient/Patient.s');
      const found = await askWith(journey(), claims, 'GET', '?_type=Observation,Patient');
      assert.deepEqual(entriesOf(found), [`Patient/${FIRST}`]);
      const past = await askWith(journey(), claims, 'GET', '_history?_count=100');
      assert.deepEqual(
        [...new Set(entriesOf(past).map(name => name.split('/')[0]))],
        ['Patient'],
        past.text.slice(0, 300),
      );
      assert.equal(await asks(apart('patient/Observation.r'), '?_type=Observation'), 403);
      const compartment = await askWith(journey(), claims, 'GET', `Patient/${FIRST}/*`);
      assert.ok(
        entriesOf(compartment).every(name => name.startsWith('Patient/')),
        compartment.text,
      );
    });

    it('[B39] a granular scope holds for reads, versions, includes, histories and everything', async () => {
      const observation = (id: string, code: string) => ({
        ...{ resourceType: 'Observation', id, status: 'final', code: { text: code } },
        category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code }] }],
        subject: { reference: `Patient/${FIRST}` },
      });
      await seed(journey().server, [
        observation('zq-lab', 'laboratory'),
        observation('zq-vital', 'vital-signs'),
        observation('zq-moved', 'vital-signs'),
      ]);
      await seed(journey().server, [observation('zq-moved', 'laboratory')]);
      const claims = apart('patient/Observation.rs?category=laboratory patient/Patient.rs');
      for (const rest of ['', '/_history', '/_history/1']) {
        assert.equal(await asks(claims, `Observation/zq-lab${rest}`), 200, rest);
        assert.equal(await asks(claims, `Observation/zq-vital${rest}`), 404, rest);
      }
      assert.equal(await asks(claims, 'Observation/zq-moved'), 200);
      assert.equal(await asks(claims, 'Observation/zq-moved/_history/1'), 404);
      for (const path of [
        'Observation?_count=100',
        `Patient?_id=${FIRST}&_revinclude=Observation:patient`,
        `Patient/${FIRST}/$everything`,
        `Patient/${FIRST}/Observation`,
        'Observation/_history?_count=100',
      ]) {
        const found = await askWith(journey(), claims, 'GET', path);
        const names = new Set(entriesOf(found).filter(name => name.startsWith('Observation/')));
        assert.deepEqual([...names].sort(), ['Observation/zq-lab', 'Observation/zq-moved'], path);
      }
      const batch = {
        resourceType: 'Bundle',
        type: 'batch',
        entry: [{ request: { method: 'GET', url: 'Observation/zq-vital' } }],
      };
      assert.match((await askWith(journey(), claims, 'POST', '', batch)).text, /"404 Not Found"/);
    });

    it('[B39] a granular scope that cannot be applied is refused, whatever is asked of the type, and other types are not', async () => {
      for (const query of ['zqno=1', 'category:zqno=laboratory', 'date=zqno', '_count=5']) {
        const claims = apart(`patient/Observation.cruds?${query} patient/Patient.rs`);
        for (const path of [
          'Observation',
          'Observation/zqnil',
          `Patient?_id=${FIRST}&_revinclude=Observation:patient`,
        ]) {
          const refused = await askWith(journey(), claims, 'GET', path);
          assert.equal(refused.status, 403, `${query}: ${path}`);
          assert.match(refused.text, /"resourceType":"OperationOutcome"/);
          assert.ok(!refused.text.includes('zqno='), refused.text);
        }
        assert.equal(await asks(claims, `Patient/${FIRST}`), 200, query);
      }
    });

    it('[B41] [D06] a launch context narrows, and opens nothing', async () => {
      assert.equal(await asks(apart('patient/*.rs', { patient: FIRST }), own), 200);
      assert.equal(await asks(apart('patient/*.rs', { patient: SECOND }), own), 401);
      assert.equal(await asks(apart('patient/*.rs', { patient: SECOND }), `Patient/${SECOND}`), 401);
      const inContext = { client: 'demo-patient', person: 'Practitioner/demo-clinician', patient: FIRST };
      const claims = { ...inContext, scope: 'patient/*.rs' };
      assert.equal(await asks(claims, own), 200);
      assert.equal(await asks(claims, `Patient/${SECOND}`), 404);
      const found = await askWith(journey(), claims, 'GET', 'Observation?_count=100');
      assert.ok(found.text.includes(canaryOfFirst) && entriesOf(found).every(name => !name.includes(SECOND)));
    });

    it('[B12] [B26] base operations widen nothing', async () => {
      const observations = apart('patient/Observation.rs');
      assert.equal(await asks(observations, `Patient/${FIRST}/$everything`), 403);
      assert.equal(await asks(observations, 'Patient/$meta'), 403);
      assert.equal(await asks(observations, 'Observation/$meta'), 200);
      const tag = { system: 'http://portal.example', code: 'ZQTAGTWO' };
      const labelled = {
        ...{ resourceType: 'Observation', id: 'zq-labelled', status: 'final', code: { text: 'x' } },
        meta: { tag: [tag] },
        subject: { reference: `Patient/${SECOND}` },
      };
      await seed(journey().server, [labelled]);
      for (const path of ['Observation/$meta', '$meta']) {
        const { text } = await journey().call(first, 'GET', path);
        assert.ok(!text.includes('ZQTAGTWO'), path);
      }
      assert.match((await journey().expect(200, second, 'GET', 'Observation/$meta')).text, /ZQTAGTWO/);
      for (const path of ['$validate', '$validate?mode=delete', '$meta']) {
        await journey().expect(404, first, 'GET', `Observation/zq-labelled/${path}`);
        await journey().expect(404, first, 'GET', `Observation/zqnil/${path}`);
      }
      const everything = await askWith(journey(), apart('patient/Patient.r'), 'GET', `Patient/${FIRST}/$everything`);
      assert.deepEqual(entriesOf(everything), [`Patient/${FIRST}`]);
    });
  });
}
