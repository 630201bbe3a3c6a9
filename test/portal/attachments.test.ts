/** Files of messages: whoever sees the message opens them, nobody else; what is no file of the author's is refused. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Binary, Bundle, Communication } from 'fhir/r4.js';
import { asMessage, eachPortal, issue, type Answer, type Caller, type Journey } from './journey.js';

const OWN = 'https://portico.health/fhir';
const patient: Caller = 'demo-patient';
const clinician: Caller = 'demo-clinician';
const agent: Caller = 'demo-agent';
const ehr: Caller = 'demo-system';
const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n');
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const DANA = { reference: 'Patient/demo-patient' };

const sha1 = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('base64');
const attached = (contentAttachment: object) => ({ contentAttachment });
const pdf = (more: object = {}) => ({ contentType: 'application/pdf', data: PDF.toString('base64'), ...more });

const messageWith = (more: object): object => ({
  resourceType: 'Communication',
  status: 'completed',
  category: [{ coding: [{ system: `${OWN}/CodeSystem/message-category`, code: 'general' }] }],
  subject: DANA,
  ...more,
});

/** A message of this caller with these files, to whom they write to. */
function withFiles(who: Caller, ...files: object[]): object {
  const recipient = [who === patient ? { reference: 'Organization/demo-clinical-group' } : DANA];
  const sender = who === ehr ? { sender: { reference: 'Organization/demo-clinical-group' } } : {};
  return messageWith({ recipient, ...sender, payload: [{ contentString: 'See the file.' }, ...files.map(attached)] });
}

const fileIn = (message: Communication, at = 1) =>
  message.payload?.[at]?.contentAttachment ?? assert.fail(JSON.stringify(message));

function actionsOf(journey: () => Journey) {
  const send = async (who: Caller, ...files: object[]): Promise<Communication> =>
    asMessage(await journey().expect(201, who, 'POST', 'Communication', withFiles(who, ...files)));
  const tried = (who: Caller, ...files: object[]): Promise<Answer> =>
    journey().call(who, 'POST', 'Communication', withFiles(who, ...files));
  async function refused(status: number, expression: string, who: Caller, ...files: object[]): Promise<Answer> {
    const answer = await tried(who, ...files);
    assert.equal(answer.status, status, answer.text.slice(0, 500));
    assert.equal(issue(answer).expression, expression);
    return answer;
  }
  const upload = async (
    who: Caller,
    more: object = {},
    bytes = PDF,
    contentType = 'application/pdf',
  ): Promise<string> => {
    const binary = { resourceType: 'Binary', contentType, data: bytes.toString('base64'), ...more };
    return `Binary/${(await journey().expect(201, who, 'POST', 'Binary', binary)).body.id}`;
  };
  const open = (who: Caller, url = ''): Promise<Answer> =>
    journey().call(who, 'GET', url, undefined, { accept: 'application/pdf' });
  return { send, tried, refused, upload, open };
}

function sentAlong(journey: () => Journey): void {
  const { send, refused, open } = actionsOf(journey);

  it('[MSG-3] content that is sent along becomes a Binary of the message, and true at the edges of its size', async () => {
    const large = Buffer.concat([PDF, Buffer.alloc(300_000, 'x')]);
    for (const bytes of [PDF, large]) {
      const message = await send(clinician, pdf({ data: bytes.toString('base64'), title: 'Result' }));
      const { url, ...file } = fileIn(message);
      assert.deepEqual(file, {
        ...{ contentType: 'application/pdf', title: 'Result', size: bytes.length, hash: sha1(bytes) },
      });
      assert.match(url ?? '', /^Binary\/[^/]+$/);
      for (const who of [patient, clinician]) {
        const opened = await open(who, url);
        assert.equal(opened.status, 200, opened.text.slice(0, 300));
        assert.equal(opened.text.length, bytes.length);
        assert.equal(opened.headers.get('x-security-context'), `Communication/${message.id}`);
      }
      const stored = await journey().expect(200, patient, 'GET', `Communication/${message.id}`);
      assert.ok(stored.text.length < 2000, 'the message stays small');
    }
  });

  it('[MSG-3] a patient’s file reaches the group that the message reaches', async () => {
    const message = await send(patient, pdf(), { contentType: 'image/png', data: PNG.toString('base64') });
    for (const at of [1, 2]) {
      assert.equal((await journey().call(agent, 'GET', fileIn(message, at).url ?? '')).status, 200);
      assert.equal((await journey().call(patient, 'GET', fileIn(message, at).url ?? '')).status, 200);
    }
  });

  it('[MSG-3] [E08] a type that is not allowed, that runs, or that is not the content’s own is refused', async () => {
    const type = 'Communication.payload[1].content.contentType';
    const text = (content: string, contentType = 'text/plain') => ({
      contentType,
      data: Buffer.from(content).toString('base64'),
    });
    for (const file of [
      text('<p>x</p>', 'text/html'),
      text('<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml'),
      text('x', 'application/x-unknown'),
      text('MZ\u0090\u0000', 'application/x-msdownload'),
      text(' <script>alert(1)</script>'),
      text('#!/bin/sh\n'),
      text('a\u0000b'),
      text('no PDF at all', 'application/pdf'),
      text('\u007fELF', 'application/pdf'),
      pdf({ contentType: 'image/png' }),
      pdf({ contentType: 'text/plain' }),
      { contentType: 'application/pdf', data: PNG.toString('base64') },
    ]) {
      await refused(422, type, clinician, file);
    }
    await send(clinician, text('a < b, <i.e. smaller>', 'text/plain; charset=utf-8'));
    await refused(422, type, clinician, { data: PDF.toString('base64') });
    await refused(422, 'Communication.payload[1].content.size', clinician, pdf({ size: 1 }));
    await refused(422, 'Communication.payload[1].content.hash', clinician, pdf({ hash: sha1(PNG) }));
    await send(clinician, pdf({ size: PDF.length, hash: sha1(PDF) }));
  });

  it('[MSG-3] what is refused writes nothing', async () => {
    const all = async (type: string) =>
      ((await journey().expect(200, 'demo-system', 'GET', `${type}?_summary=count`)).body as unknown as Bundle).total;
    const before = [await all('Binary'), await all('Communication')];
    await refused(422, 'Communication.payload[2].content.contentType', clinician, pdf(), {
      contentType: 'text/html',
      data: 'eA==',
    });
    assert.deepEqual([await all('Binary'), await all('Communication')], before);
  });
}

function linked(journey: () => Journey): void {
  const { send, tried, refused, upload, open } = actionsOf(journey);
  const link = (url: string, more: object = {}) => ({ url, ...more });
  const URL = 'Communication.payload[1].content.url';

  it('[MSG-3] a Binary of the author’s own becomes a file of the message, and opens', async () => {
    for (const who of [clinician, ehr]) {
      const url = await upload(who);
      assert.equal((await open(patient, url)).status, 404, 'before it is sent');
      const message = await send(who, link(url, { title: 'Result' }));
      const { contentType, size, hash, title } = fileIn(message);
      assert.deepEqual([contentType, size, hash, title], ['application/pdf', PDF.length, sha1(PDF), 'Result']);
      assert.equal((await open(patient, url)).status, 200);
      const { body } = await journey().expect(200, patient, 'GET', `${url}?_format=json`);
      assert.equal((body as unknown as Binary).securityContext?.reference, `Communication/${message.id}`);
    }
    const placed = await upload(patient);
    assert.equal((await open(patient, placed)).status, 200, 'what was uploaded is seen by its uploader');
    assert.equal(
      (await open('demo-patient as Patient/demo-kwame-osei', placed)).status,
      404,
      'and by no other patient',
    );
    const [asked] = [fileIn(await send(patient, { contentType: 'application/pdf', url: placed }))];
    assert.equal(asked.url, placed);
    for (const who of [patient, agent]) assert.equal((await open(who, placed)).status, 200);
    const own = await upload(patient, { securityContext: DANA });
    const message = await send(patient, link(`${journey().server.portal}/${own}`));
    assert.equal(fileIn(message).url, own);
    assert.equal((await journey().call(agent, 'GET', own)).status, 200);
  });

  it('[MSG-3] what leads nowhere, elsewhere, or to somebody else’s file is refused alike', async () => {
    const others = await upload(clinician);
    const elsewhere = await upload(clinician, { securityContext: { reference: 'Patient/demo-kwame-osei' } });
    const texts = [];
    for (const [who, url] of [
      [clinician, 'Binary/none'],
      [clinician, 'https://files.example.org/a.pdf'],
      [ehr, 'https://files.example.org/a.pdf'],
      [ehr, 'Binary/none'],
      [ehr, others],
      [patient, others],
      [clinician, elsewhere],
      [ehr, elsewhere],
      [clinician, 'DocumentReference/1'],
      [clinician, '#contained'],
    ] as const) {
      texts.push((await refused(422, URL, who, link(url))).text);
    }
    // People are told in their language, beside what is the same for all.
    const same = texts.map(text => text.replaceAll(/"id":"[^"]*"|"details":\{[^}]*\},/g, ''));
    assert.equal(new Set(same).size, 1);
    await refused(422, 'Communication.payload[1].content', clinician, { title: 'Only a title' });
    await refused(422, 'Communication.payload[1].content', clinician, pdf({ url: others }));
    await refused(
      422,
      'Communication.payload[1].content.contentType',
      clinician,
      link(others, { contentType: 'image/png' }),
    );
    await send(clinician, link(others));
  });

  it('[MSG-3] a file of a message stays as it is, and may be sent again to the same patient', async () => {
    const message = await send(clinician, pdf());
    const { url = '' } = fileIn(message);
    await send(patient, link(url));
    const other = messageWith({
      subject: { reference: 'Patient/demo-kwame-osei' },
      payload: [attached(link(url))],
    });
    const forwarded = await journey().call(clinician, 'POST', 'Communication', other);
    assert.equal(forwarded.status, 422, forwarded.text);
    const binary = (await journey().expect(200, ehr, 'GET', `${url}?_format=json`)).body;
    const changed = { ...binary, data: PNG.toString('base64') };
    await journey().expect(409, ehr, 'PUT', url, changed);
  });

  it('[MSG-3] [MSG-6] two who link one upload at once both succeed, and it is a file of one of them', async () => {
    const url = await upload(clinician);
    const answers = await Promise.all([tried(clinician, link(url)), tried(clinician, link(url))]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [201, 201],
    );
    const opened = await open(patient, url);
    const ids = answers.map(({ body }) => `Communication/${body.id}`);
    assert.ok(ids.includes(opened.headers.get('x-security-context') ?? ''));
  });
}

function together(journey: () => Journey): void {
  const { open } = actionsOf(journey);
  const FILE = 'urn:uuid:0b1f3c52-7a0e-4c0c-9d0f-5a9b0a4a7f11';
  const entry = (type: string, resource: object, fullUrl?: string) => ({
    ...(fullUrl === undefined ? {} : { fullUrl }),
    request: { method: 'POST', url: type },
    resource,
  });
  const binary = (more: object = {}) => ({ resourceType: 'Binary', ...pdf(), ...more });

  for (const [who, owner] of [
    [clinician, {}],
    [ehr, {}],
    [patient, { securityContext: DANA }],
  ] as const) {
    it(`[MSG-3] file and message arrive in one transaction, in either order: ${who}`, async () => {
      const message = entry('Communication', withFiles(who, { url: FILE, title: 'Result' }));
      const file = entry('Binary', binary(owner), FILE);
      for (const entries of [
        [message, file],
        [file, message],
      ]) {
        const bundle = { resourceType: 'Bundle', type: 'transaction', entry: entries };
        const { body } = await journey().expect(200, who, 'POST', '', bundle);
        const locations = (body as unknown as Bundle).entry?.map(one => one.response?.location ?? '') ?? [];
        const [url = ''] = locations.flatMap(one => /Binary\/[^/]+/.exec(one)?.[0] ?? []);
        const [name = ''] = locations.flatMap(one => /Communication\/[^/]+/.exec(one)?.[0] ?? []);
        const stored = asMessage(await journey().expect(200, patient, 'GET', name));
        assert.deepEqual([fileIn(stored).url, fileIn(stored).size], [url, PDF.length]);
        const opened = await open(patient, url);
        assert.deepEqual([opened.status, opened.headers.get('x-security-context')], [200, name]);
      }
    });
  }

  it('[MSG-3] of a transaction with a file that may not be sent nothing is written', async () => {
    const html = { ...binary(), contentType: 'text/html', data: 'PHA+' };
    for (const [who, status, place] of [
      [ehr, 422, 'entry[0].resource.payload[1].content.contentType'],
      [clinician, 415, 'entry[1].resource.contentType'],
    ] as const) {
      const bundle = {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [entry('Communication', withFiles(who, { url: FILE })), entry('Binary', html, FILE)],
      };
      const answer = await journey().expect(status, who, 'POST', '', bundle);
      assert.equal(issue(answer).expression, `Bundle.${place}`);
    }
  });
}

function limited(journey: () => Journey): void {
  const { send, refused, upload } = actionsOf(journey);
  const configure = (...extension: object[]): Promise<Answer> =>
    journey().call('demo-system', 'PUT', 'Basic/portal-configuration', {
      resourceType: 'Basic',
      id: 'portal-configuration',
      extension: [{ url: `${OWN}/StructureDefinition/portal-settings`, extension }],
      code: { coding: [{ system: `${OWN}/CodeSystem/basic-type`, code: 'portal-configuration' }] },
    });
  const sized = (bytes: number) =>
    pdf({ data: Buffer.concat([PDF, Buffer.alloc(bytes - PDF.length)]).toString('base64') });
  const MEGABYTE = 1024 * 1024;

  it('[MSG-3] types, sizes and number are settings, and true at the edges: one byte, one file more', async () => {
    const png = await upload(clinician, {}, PNG, 'image/png');
    const large = await upload(clinician, {}, Buffer.concat([PDF, Buffer.alloc(MEGABYTE)]));
    const done = await configure(
      { url: 'attachment-type', valueCode: 'application/pdf' },
      { url: 'attachment-megabytes', valueInteger: 1 },
      { url: 'message-megabytes', valueInteger: 2 },
      { url: 'attachments-of-message', valueInteger: 3 },
    );
    assert.equal(done.status, 200, done.text);
    await send(clinician, sized(MEGABYTE), sized(MEGABYTE));
    await refused(413, 'Communication.payload[1].content', clinician, sized(MEGABYTE + 1));
    await refused(413, 'Communication.payload[1].content', clinician, { url: large });
    await refused(413, 'Communication.payload[3].content', clinician, sized(MEGABYTE), sized(MEGABYTE), pdf());
    await send(clinician, pdf(), pdf(), pdf());
    await refused(422, 'Communication.payload', clinician, pdf(), pdf(), pdf(), pdf());
    await refused(422, 'Communication.payload[1].content.contentType', clinician, { url: png });
    for (const type of ['text/html', 'image/svg+xml', 'pdf', 'application/xhtml+xml']) {
      assert.equal((await configure({ url: 'attachment-type', valueCode: type })).status, 422, type);
    }
    assert.equal((await configure({ url: 'attachments', valueBoolean: true })).status, 200);
    await send(clinician, { url: png });
  });
}

eachPortal((journey, store) => {
  describe(`files of messages (${store})`, () => {
    describe('sent along', () => sentAlong(journey));
    describe('linked', () => linked(journey));
    describe('in one transaction', () => together(journey));
    describe('by the settings', () => limited(journey));
  });
});
