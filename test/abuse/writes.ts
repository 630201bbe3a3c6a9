/** What patients may write: messages of their own, and nothing that touches anybody else or the server's own part. */
import assert from 'node:assert/strict';
import type { Bundle } from 'fhir/r4.js';
import { asMessage, issue, type Caller, type Journey } from '../portal/journey.js';
import { counting, group, message, refusing, to } from './messages.js';
import { canary, nameOf } from './two-patients.js';
import {
  agent,
  askWith,
  bare,
  clinician,
  entriesOf,
  few,
  FIRST,
  first,
  secret,
  SECOND,
  second,
  system,
} from './ward.js';

export function writes(journey: () => Journey): void {
  const post = (caller: Caller, resource: object, headers?: object) =>
    journey().call(caller, 'POST', 'Communication', resource, headers);
  const count = counting(journey);
  const refused = refusing(journey);

  describe('writes by patients', () => {
    it('[B21] [E01] nothing about another patient, in whatever form they are named', async () => {
      const other = `Patient/${SECOND}`;
      await refused(403, first, message(to(SECOND)));
      for (const reference of few(journey(), [`${journey().server.portal}/${other}`, `${other}/_history/1`])) {
        await refused(403, first, message({ subject: { reference } }));
      }
      const recipient = (patient: string) => message({ recipient: [group, { reference: `Patient/${patient}` }] });
      const addressed = await refused(422, first, recipient(SECOND));
      assert.equal(bare(addressed, SECOND), bare(await refused(422, first, recipient('zqnil')), 'zqnil'));
      const answer = message({ inResponseTo: [{ reference: `Communication/${nameOf(SECOND, 'Communication')}` }] });
      const never = message({ inResponseTo: [{ reference: `Communication/${nameOf('zqnil', 'Communication')}` }] });
      const hidden = await refused(404, first, answer);
      assert.equal(bare(hidden, SECOND), bare(await refused(404, first, never), 'zqnil'));
    });

    it('[B23] a contained Patient opens and names no record', async () => {
      const contained = [
        { resourceType: 'Patient', id: 'p', identifier: [{ system: 'http://portal.example/ids', value: secret }] },
      ];
      const answer = await refused(403, first, message({ contained, subject: { reference: '#p' } }));
      assert.ok(!answer.text.includes('zqtwo'));
      const observation = {
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'contained' },
        contained,
        subject: { reference: '#p' },
      };
      const made = await journey().expect(201, system, 'POST', 'Observation', observation);
      const id = String(made.body.id);
      for (const caller of [first, second]) await journey().expect(404, caller, 'GET', `Observation/${id}`);
    });

    it('[B24] labels and tags are not theirs to set; version and time are the server’s', async () => {
      const label = { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'U' };
      for (const meta of [{ security: [label] }, { tag: [label] }]) {
        const { text } = await refused(403, first, message({ ...to(FIRST), meta }));
        assert.match(text, /"security"/);
      }
      const meta = { versionId: '77', lastUpdated: '1999-01-01T00:00:00Z' };
      const made = asMessage(
        await journey().expect(201, first, 'POST', 'Communication', message({ ...to(FIRST), meta })),
      );
      assert.equal(made.meta?.versionId, '1');
      assert.ok((made.meta.lastUpdated ?? '') > '2020');
      const given = { resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: { security: [label] } }] };
      for (const name of ['$meta-add', '$meta-delete']) {
        const changed = await journey().call(first, 'POST', `Communication/${made.id}/${name}`, given);
        assert.ok(changed.status === 403 || changed.status === 404, `${name}: ${changed.status}`);
      }
    });

    it('[E03] nobody signs a note for somebody else', async () => {
      const note = (reference: string) =>
        message({ ...to(FIRST), note: [{ authorReference: { reference }, text: 'x' }] });
      const answer = await refused(403, first, note('Practitioner/demo-clinician'));
      assert.equal(issue(answer).expression, 'Communication.note[0].author');
      await refused(403, clinician, note(`Patient/${FIRST}`));
      await journey().expect(201, first, 'POST', 'Communication', note(`Patient/${FIRST}`));
      for (const caller of [first, clinician]) {
        const named = message({ ...to(FIRST), note: [{ authorString: 'Dr Okafor', text: 'x' }] });
        assert.equal(issue(await refused(403, caller, named)).expression, 'Communication.note[0].author');
      }
    });

    it('[E04] [E12] a patient’s message runs, shows and fetches nothing from elsewhere', async () => {
      const text = (markup: string) => ({
        text: { status: 'additional', div: `<div xmlns="http://www.w3.org/1999/xhtml">${markup}</div>` },
      });
      const file = (url: string) => ({ payload: [{ contentAttachment: { contentType: 'text/plain', url } }] });
      const { portal, url } = journey().server;
      for (const outside of few<object>(journey(), [
        text('<a href="java&#9;script:alert(1)">x</a>'),
        text('<a href="&#10;vbscript:x">x</a>'),
        text('<a href="data:application/xhtml+xml,x">x</a>'),
        text('<img alt="x" src="http://evil.example/x.png"/>'),
        text('<p style="background: url(http://evil.example)">x</p>'),
        file('http://169.254.169.254/latest'),
        file('file:///etc/passwd'),
        file('data:text/html,x'),
        file(`${url}/health/live`),
        file('Binary/../Patient/1'),
      ])) {
        await refused(422, first, message({ ...to(FIRST), ...outside }));
      }
      for (const inside of few<object>(journey(), [
        file(`Binary/${FIRST}-attachment`),
        file(`${portal}/Binary/${FIRST}-attachment`),
        text('<a href="https://clinic.example/">x</a>'),
      ])) {
        await journey().expect(201, first, 'POST', 'Communication', message({ ...to(FIRST), ...inside }));
      }
    });

    it('[B47] [E03] members that grant something are unknown or the server’s', async () => {
      for (const name of few(journey(), ['role', 'patientId', 'verified', 'twoFactor', 'createdBy', 'tenant'])) {
        const { text } = await refused(400, first, message({ ...to(FIRST), [name]: 'x' }));
        assert.match(text, new RegExp(name));
      }
      const read = 'https://portico.health/fhir/StructureDefinition/read';
      const mark = [
        { url: 'who', valueReference: { reference: 'Practitioner/demo-clinician' } },
        { url: 'at', valueInstant: '2020-01-01T00:00:00Z' },
      ];
      const spoofed = {
        ...{ sender: { reference: 'Practitioner/demo-clinician' }, sent: '1999-01-01T00:00:00Z', id: 'chosen' },
        extension: [{ url: read, extension: mark }],
      };
      const made = asMessage(
        await journey().expect(201, first, 'POST', 'Communication', message({ ...to(FIRST), ...spoofed })),
      );
      assert.equal(made.sender?.reference, `Patient/${FIRST}`);
      assert.ok((made.sent ?? '') > '2020');
      assert.notEqual(made.id, 'chosen');
      const urls = (made.extension ?? []).map(({ url }) => url.split('/').at(-1));
      assert.deepEqual(urls, ['reply-allowed'], 'a read mark is made by reading');
    });

    it('[B20] [B21] [B22] [B26] no other write reaches them, their own resources included', async () => {
      const json = { 'content-type': 'application/json-patch+json' };
      const own = `Observation/${nameOf(FIRST, 'Observation')}`;
      const patch = [{ op: 'replace', path: '/subject/reference', value: `Patient/${SECOND}` }];
      await journey().expect(403, first, 'PATCH', own, patch, json);
      await journey().expect(403, first, 'PUT', own, {
        resourceType: 'Observation',
        id: own.slice(12),
        status: 'final',
        ...{ code: { text: 'Mine' }, subject: { reference: `Patient/${FIRST}` } },
      });
      await journey().expect(403, first, 'DELETE', own);
      await journey().expect(409, first, 'DELETE', `Communication/${nameOf(FIRST, 'Communication')}`);
      for (const type of few(journey(), [
        'Person',
        'Patient',
        'RelatedPerson',
        'Task',
        'AuditEvent',
        'PractitionerRole',
      ])) {
        const { status } = await journey().call(first, 'POST', type, { resourceType: type });
        assert.ok(status === 403 || (type === 'AuditEvent' && status === 405), `${type}: ${status}`);
      }
    });

    it('[B19] a condition on hidden things finds none', async () => {
      const condition = { 'if-none-exist': `identifier=http://portal.example/ids|${secret}` };
      const mine = { 'if-none-exist': `identifier=http://portal.example/ids|${canary(FIRST)}` };
      assert.equal((await post(first, message(to(FIRST)), condition)).status, 201);
      assert.equal((await post(first, message(to(FIRST)), mine)).status, 200);
      const entry = (reference: string) => ({
        ...{ resourceType: 'Bundle', type: 'transaction' },
        entry: [{ request: { method: 'POST', url: 'Communication' }, resource: message({ subject: { reference } }) }],
      });
      const told = (value: string) =>
        journey().call(first, 'POST', '', entry(`Patient?identifier=http://portal.example/ids|${value}`));
      const hidden = await told(secret);
      assert.equal(hidden.status, 412);
      // As long as the other: the answer repeats what was asked.
      const nobody = 'ZQCANARYNOBDY';
      assert.equal(bare(hidden, secret), bare(await told(nobody), nobody));
    });

    it('[B17] each entry of a batch is answered as it would be alone', async () => {
      const urls = [
        `Observation/${nameOf(FIRST, 'Observation')}`,
        'AuditEvent',
        'Observation?patient=',
        `Observation/${nameOf(SECOND, 'Observation')}`,
      ];
      const entry = urls.map(url => ({ request: { method: 'GET', url } }));
      const { body, text } = await journey().expect(200, first, 'POST', '', {
        resourceType: 'Bundle',
        type: 'batch',
        entry,
      });
      const answers = (body as unknown as Bundle).entry ?? [];
      assert.deepEqual(
        answers.map(({ response }) => response?.status.slice(0, 3)),
        ['200', '403', '400', '404'],
      );
      assert.ok(!text.includes(secret));
      for (const [at, url] of urls.entries()) {
        const alone = await journey().call(first, 'GET', url);
        if (alone.status >= 400) assert.deepEqual(answers[at]?.response?.outcome, alone.body, url);
      }
    });

    it('[B18] one forbidden entry refuses a transaction whole', async () => {
      const before = await count();
      const bundle = (request: object, resource?: object) => ({
        ...{ resourceType: 'Bundle', type: 'transaction' },
        entry: [
          { request: { method: 'POST', url: 'Communication' }, resource: message(to(FIRST)) },
          { request, ...(resource ? { resource } : {}) },
          { request: { method: 'GET', url: `Observation/${nameOf(FIRST, 'Observation')}` } },
        ],
      });
      const forbidden = await journey().expect(
        403,
        first,
        'POST',
        '',
        bundle({ method: 'DELETE', url: `Patient/${FIRST}` }),
      );
      assert.ok(!forbidden.text.includes(canary(FIRST)) && !forbidden.text.includes('A question'));
      await journey().expect(
        403,
        first,
        'POST',
        '',
        bundle({ method: 'POST', url: 'Communication' }, message(to(SECOND))),
      );
      const thread = message({ inResponseTo: [{ reference: `Communication/${nameOf(SECOND, 'Communication')}` }] });
      await journey().expect(404, first, 'POST', '', bundle({ method: 'POST', url: 'Communication' }, thread));
      assert.equal(await count(), before);
    });

    it('[B27] [E02] a read mark on a hidden message is a mark on none', async () => {
      const at = (patient: string) => `Communication/${nameOf(patient, 'Communication')}/$mark-read`;
      const hidden = await journey().expect(404, first, 'POST', at(SECOND));
      assert.equal(bare(hidden, SECOND), bare(await journey().expect(404, first, 'POST', at('zqnil')), 'zqnil'));
      await journey().expect(200, first, 'POST', at(FIRST));
    });

    it('[B27] the place of a stored file is the server’s alone', async () => {
      const blob = 'https://portico.health/fhir/StructureDefinition/blob';
      const data = Buffer.alloc(20_000, 'ZQFILE').toString('base64');
      const owner = { securityContext: { reference: `Patient/${FIRST}` } };
      const binary = { resourceType: 'Binary', contentType: 'text/plain', ...owner, data };
      const made = await journey().expect(201, first, 'POST', 'Binary', binary);
      assert.ok(!made.text.includes(blob), 'the answer tells where the file is');
      const id = String(made.body.id);
      const search = await journey().expect(200, first, 'GET', `Binary?_id=${id}`);
      const everything = await journey().expect(200, first, 'GET', `Patient/${FIRST}/$everything?_type=Binary`);
      for (const { text } of [search, everything]) assert.ok(!text.includes(blob), text.slice(0, 400));
      const forged = { extension: [{ url: blob, valueString: 'a-place' }] };
      const taken = await journey().call(first, 'POST', 'Binary', {
        resourceType: 'Binary',
        contentType: 'text/plain',
        ...owner,
        _data: forged,
      });
      assert.equal(taken.status, 400, taken.text);
    });
  });

  describe('writes within a role', () => {
    it('[B21] [B40] staff write what their role and scope allow', async () => {
      const { id, ...observation } = {
        id: 'x',
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'By staff' },
        ...to(FIRST),
      };
      await journey().expect(403, agent, 'POST', 'Observation', observation);
      await journey().expect(405, clinician, 'PUT', `Observation/${id}`, { ...observation, id });
      const made = await journey().expect(201, clinician, 'POST', 'Observation', observation);
      await journey().expect(400, clinician, 'PUT', `Observation/${made.body.id}`, { ...observation, id });
      const narrow = { client: 'demo-clinician', person: 'Practitioner/demo-clinician', scope: 'user/Observation.rs' };
      assert.equal((await askWith(journey(), narrow, 'POST', 'Observation', observation)).status, 403);
      await journey().expect(403, clinician, 'DELETE', `Observation/${made.body.id}`);
    });

    it('[B21] a reply stays in its thread and with its patient', async () => {
      const own = asMessage(await journey().expect(201, first, 'POST', 'Communication', message(to(FIRST))));
      const reply = (patient: string): object =>
        message({ ...to(patient), inResponseTo: [{ reference: `Communication/${own.id}` }] });
      await refused(422, clinician, reply(SECOND));
      const work = await journey().expect(200, system, 'GET', `Task?focus=Communication/${own.id}`);
      await journey().expect(200, 'demo-agent', 'POST', `${entriesOf(work)[0]}/$claim`);
      await refused(409, clinician, reply(FIRST));
      const { id } = asMessage(await journey().expect(201, 'demo-agent', 'POST', 'Communication', reply(FIRST)));
      await journey().expect(404, second, 'GET', `Communication/${id}`);
      const seen = await journey().expect(200, first, 'GET', `Communication?_id=${id}`);
      assert.deepEqual(entriesOf(seen), [`Communication/${id}`]);
      assert.equal(issue(await journey().expect(404, second, 'GET', `Communication/${id}/_history`)).code, 'not-found');
    });
  });
}
