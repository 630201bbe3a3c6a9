/** What is sent is scanned before it is stored, by whatever way it comes: the infected is refused, what nobody can scan is held. */
import assert from 'node:assert/strict';
import type { AuditEvent, Binary, Bundle, Communication, OperationOutcome } from 'fhir/r4.js';
import { FakeClamd, MARKER } from '../fixtures/fake-clamd.js';
import { asMessage, eachPortal, issue, type Answer, type Caller, type Journey } from './journey.js';

const OWN = 'https://portico.health/fhir';
const SCAN = `${OWN}/StructureDefinition/virus-scan`;
const ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
const patient: Caller = 'demo-patient';
const clinician: Caller = 'demo-clinician';
const ehr: Caller = 'demo-system';
const DANA = { reference: 'Patient/demo-patient' };
const MINUTES = 3 * 60_000;
const REMOVED = 'A file that you sent was not delivered';

let made = 0;
/** A PDF unlike every other: verdicts on the same content are remembered for a while. */
const pdfOf = (text: string, size = 0): Buffer =>
  Buffer.concat([Buffer.from(`%PDF-1.4\n%${++made} ${text}\n`), Buffer.alloc(size, 'x')]);
const clean = (size = 0): Buffer => pdfOf('clean', size);
const infected = (size = 0): Buffer => Buffer.concat([clean(size), Buffer.from(MARKER)]);
const base64 = (bytes: Buffer): string => bytes.toString('base64');
const PDF = { 'content-type': 'application/pdf' };
const FHIR = { accept: 'application/fhir+json' };
/** Within the text of its resource, and in a blob. */
const SIZES = [0, 50_000];

const binaryOf = (bytes: Buffer, more: object = {}): object => ({
  resourceType: 'Binary',
  contentType: 'application/pdf',
  data: base64(bytes),
  ...more,
});

const messageTo = (who: object, ...files: object[]): object => ({
  resourceType: 'Communication',
  status: 'completed',
  category: [{ coding: [{ system: `${OWN}/CodeSystem/message-category`, code: 'general' }] }],
  subject: DANA,
  recipient: [who],
  payload: [{ contentString: 'See the file.' }, ...files.map(contentAttachment => ({ contentAttachment }))],
});
const pdf = (bytes: Buffer): object => ({ contentType: 'application/pdf', data: base64(bytes) });

const fileIn = (message: Communication, at = 1) => message.payload?.[at]?.contentAttachment ?? assert.fail();
const stateIn = (message: Communication, at = 1): string | undefined =>
  fileIn(message, at).extension?.find(({ url }) => url === SCAN)?.valueCode;
const absenceIn = ({ body }: Answer): string | undefined =>
  (
    body as unknown as Binary & { _data?: { extension?: { url: string; valueCode?: string }[] } }
  )._data?.extension?.find(({ url }) => url === ABSENT)?.valueCode;

function actionsOf(journey: () => Journey) {
  const raw = async (who: Caller, method: string, path: string, bytes: Buffer): Promise<Answer> => {
    const answer = await fetch(`${journey().server.portal}/${path}`, {
      method,
      headers: { authorization: `Bearer ${journey().server.token(who)}`, ...PDF },
      body: new Uint8Array(bytes),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: JSON.parse(text) as Answer['body'] };
  };
  const open = (who: Caller, url = '', headers: object = { accept: 'application/pdf' }): Promise<Answer> =>
    journey().call(who, 'GET', url, undefined, headers);
  const count = async (type: string): Promise<number | undefined> =>
    ((await journey().expect(200, ehr, 'GET', `${type}?_summary=count`)).body as unknown as Bundle).total;
  /** Blobs that no commit has claimed. */
  const unclaimed = async (): Promise<number> => (await journey().storage.records.due('upload', Infinity, 10)).length;
  /** Lets the worker look at what is held. */
  const later = async (): Promise<void> => {
    journey().pass(MINUTES);
    for (const worker of journey().server.app.scanning) await worker.idle();
  };
  const send = async (who: Caller, ...files: object[]): Promise<Answer> => {
    const to = who === patient ? { reference: 'Organization/demo-clinical-group' } : DANA;
    return journey().call(who, 'POST', 'Communication', messageTo(to, ...files));
  };
  const reread = async (id = '', who = patient): Promise<Communication> =>
    asMessage(await journey().expect(200, who, 'GET', `Communication/${id}`));
  return { raw, open, count, unclaimed, later, send, reread };
}

function refusing(journey: () => Journey): void {
  const { raw, open, count, unclaimed, send } = actionsOf(journey);

  it('[MSG-10] [E05] what is infected is refused, whatever way it comes, and nothing of it is stored', async () => {
    const own = (await journey().expect(201, ehr, 'POST', 'Binary', binaryOf(clean()))).body.id ?? '';
    const before = [await count('Binary'), await count('Communication'), await count('Patient')];
    const entry = (type: string, resource: object) => ({ request: { method: 'POST', url: type }, resource });
    const bundle = (...all: object[]) => ({ resourceType: 'Bundle', type: 'transaction', entry: all });
    const photo = { contentType: 'image/png', data: base64(infected()) };
    const person = { resourceType: 'Patient', name: [{ family: 'Photo' }], photo: [photo] };
    const patch = [{ op: 'replace', path: '/data', value: base64(infected()) }];
    const ways: [string, () => Promise<Answer>][] = SIZES.flatMap((size): [string, () => Promise<Answer>][] => [
      ['Binary.data', () => journey().call(ehr, 'POST', 'Binary', binaryOf(infected(size)))],
      ['Binary.data', () => raw(ehr, 'POST', 'Binary', infected(size))],
      ['Binary.data', () => raw(patient, 'POST', 'Binary', infected(size))],
      ['Binary.data', () => raw(ehr, 'PUT', `Binary/${own}`, infected(size))],
      ['Binary.data', () => journey().call(ehr, 'PUT', `Binary/${own}`, binaryOf(infected(size), { id: own }))],
      ['Communication.payload[1].content', () => send(clinician, pdf(infected(size)))],
      ['Communication.payload[2].content', () => send(patient, pdf(clean(size)), pdf(infected(size)))],
      [
        'Bundle.entry[1].resource.data',
        () =>
          journey().call(
            ehr,
            'POST',
            '',
            bundle(
              entry('Patient', { resourceType: 'Patient', name: person.name }),
              entry('Binary', binaryOf(infected(size))),
            ),
          ),
      ],
    ]);
    ways.push(
      [
        'Binary.data',
        () =>
          journey().call(ehr, 'PATCH', `Binary/${own}`, JSON.stringify(patch), {
            'content-type': 'application/json-patch+json',
          }),
      ],
      ['Patient.photo[0].data', () => journey().call(ehr, 'POST', 'Patient', person)],
    );
    for (const [at, [expression, way]] of ways.entries()) {
      const answer = await way();
      assert.equal(answer.status, 422, `${at} ${answer.text}`);
      assert.equal(issue(answer).expression, expression, `${at} ${answer.text}`);
      assert.equal(answer.text.includes(MARKER), false);
    }
    assert.deepEqual([await count('Binary'), await count('Communication'), await count('Patient')], before);
    assert.equal(await unclaimed(), 0);
    assert.equal((await open(ehr, `Binary/${own}`)).status, 200);
    const events = await journey().expect(
      200,
      'demo-agent as Practitioner/demo-auditor',
      'GET',
      'AuditEvent?_count=50',
    );
    const details = ((events.body as unknown as Bundle<AuditEvent>).entry ?? []).flatMap(
      one => one.resource?.entity?.flatMap(({ detail = [] }) => detail) ?? [],
    );
    const named = details.filter(
      ({ type, valueString = '' }) => type === 'virus' && valueString.includes('Test.Virus'),
    );
    assert.equal(named.length, ways.length, 'the audit of each names the virus');
  });
}

function holding(journey: () => Journey, clamd: () => FakeClamd): void {
  const { raw, open, count, unclaimed, later, send, reread } = actionsOf(journey);
  beforeEach(() => {
    clamd().behaviour = 'down';
  });
  afterEach(() => {
    clamd().behaviour = 'works';
  });

  const held = async (who: Caller, size: number): Promise<{ message: Communication; bytes: Buffer; url: string }> => {
    const bytes = clean(size);
    const answer = await send(who, pdf(bytes));
    assert.equal(answer.status, 201, answer.text);
    assert.match(answer.headers.get('warning') ?? '', /held/);
    const message = asMessage(answer);
    assert.equal(stateIn(message), 'held');
    return { message, bytes, url: fileIn(message).url ?? '' };
  };

  it('[MSG-10] while the scanner is down a file is held: its message goes, and nobody opens it; it opens once it is scanned', async () => {
    for (const size of SIZES) {
      const { message, bytes, url } = await held(clinician, size);
      assert.equal(stateIn(await reread(message.id)), 'held', 'the message is in the inbox, and says so');
      for (const who of [patient, clinician, ehr]) {
        assert.equal((await open(who, url)).status, 409);
        assert.equal((await open(who, url, { accept: 'application/pdf', range: 'bytes=0-3' })).status, 409);
        assert.equal((await journey().call(who, 'HEAD', url, undefined, { accept: 'application/pdf' })).status, 409);
        for (const path of [url, `${url}/_history/1`, `${url}/_history`, `Binary?_id=${url.slice(7)}`]) {
          const shown = await open(who, path, FHIR);
          assert.equal(shown.text.includes(base64(bytes).slice(0, 40)), false, path);
          assert.equal(shown.text.includes('StructureDefinition/blob'), false, path);
        }
        assert.equal(absenceIn(await open(who, url, FHIR)), 'temp-unknown');
      }
      await later();
      assert.equal((await open(patient, url)).status, 409, 'the scanner is still down');
      clamd().behaviour = 'works';
      await later();
      const opened = await open(patient, url);
      assert.deepEqual([opened.status, opened.text], [200, bytes.toString()]);
      assert.equal(stateIn(await reread(message.id)), undefined);
      const { status } = await open(patient, `${url}/_history/1`);
      assert.equal(status, 409, 'what was held in a version stays closed there');
      clamd().behaviour = 'down';
    }
  });

  it('[MSG-10] people are told why in their words', async () => {
    const { url } = await held(clinician, 0);
    const textOf = ({ body }: Answer) => (body as unknown as OperationOutcome).issue[0]?.details?.text;
    assert.match(textOf(await open(patient, url)) ?? '', /not been scanned for viruses yet/);
    clamd().behaviour = 'works';
    assert.match(textOf(await send(patient, pdf(infected()))) ?? '', /holds a virus/);
    assert.match(textOf(await raw(patient, 'POST', 'Binary', infected(50_000))) ?? '', /holds a virus/);
    await later();
  });

  it('[MSG-10] a file and its message of one transaction, and a file at a customer, are held too', async () => {
    const [bytes, other] = [clean(30_000), clean()];
    const fullUrl = 'urn:uuid:0b1f3c52-7a0e-4c0c-9d0f-5a9b0a4a7f12';
    const entry = [
      { resource: messageTo(DANA, { url: fullUrl }), request: { method: 'POST', url: 'Communication' } },
      { fullUrl, resource: binaryOf(bytes), request: { method: 'POST', url: 'Binary' } },
    ];
    const done = await journey().expect(200, clinician, 'POST', '', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry,
    });
    const [id = ''] = /Communication\/[^/"]+/.exec(done.text)?.[0].split('/').slice(1) ?? [];
    const message = await reread(id);
    assert.equal(stateIn(message), 'held');
    const { customer } = journey().server;
    const authorization = `Bearer ${journey().server.token(ehr)}`;
    const made = await fetch(`${customer}/Binary`, {
      method: 'POST',
      headers: { authorization, ...PDF },
      body: new Uint8Array(other),
    });
    assert.equal(made.status, 201);
    const path = made.headers.get('location')?.split('/_history')[0] ?? '';
    const opened = () => fetch(path, { headers: { authorization, accept: 'application/pdf' } });
    assert.equal((await opened()).status, 409);
    clamd().behaviour = 'works';
    await later();
    assert.equal((await open(patient, fileIn(message).url)).text, bytes.toString());
    assert.equal(stateIn(await reread(id)), undefined);
    assert.equal(await (await opened()).text(), other.toString());
  });

  it('[MSG-10] each bad day of the scanner holds a file', async () => {
    for (const behaviour of ['silent', 'garbage', 'half an answer', 'hangs up', 'too large'] as const) {
      clamd().behaviour = behaviour;
      const { url } = await held(patient, 20_000);
      assert.equal((await open(patient, url)).status, 409, behaviour);
    }
    clamd().behaviour = 'works';
    await later();
  });

  it('[MSG-10] an upload is held, becomes a file of one message, and opens with it', async () => {
    for (const size of SIZES) {
      const bytes = clean(size);
      const uploaded = await raw(patient, 'POST', 'Binary', bytes);
      assert.equal(uploaded.status, 201, uploaded.text);
      assert.match(uploaded.headers.get('warning') ?? '', /held/);
      const url = `Binary/${uploaded.body.id}`;
      const sent = await send(patient, { url });
      assert.equal(sent.status, 201, sent.text);
      assert.equal(stateIn(asMessage(sent)), 'held');
      assert.equal((await send(patient, { url })).status, 409, 'no other message has it meanwhile');
      assert.equal((await send(clinician, { url })).status, 409);
      clamd().behaviour = 'works';
      await later();
      for (const who of [patient, 'demo-agent']) assert.equal((await open(who, url)).text, bytes.toString());
      assert.equal(stateIn(await reread(asMessage(sent).id)), undefined);
      assert.equal((await send(patient, { url })).status, 201);
      clamd().behaviour = 'down';
    }
  });

  it('[MSG-10] an upload that is linked at the moment in which it is scanned opens, and nothing says that it is held', async () => {
    for (let round = 0; round < 4; round++) {
      clamd().behaviour = 'down';
      const bytes = clean(round * 20_000);
      const url = `Binary/${(await raw(patient, 'POST', 'Binary', bytes)).body.id}`;
      clamd().behaviour = 'works';
      const [sent] = await Promise.all([send(patient, { url }), later()]);
      assert.equal(sent.status, 201, sent.text);
      await later();
      assert.equal(stateIn(await reread(asMessage(sent).id)), undefined);
      assert.equal((await open('demo-agent', url)).text, bytes.toString());
    }
  });

  it('[MSG-10] nobody says for the scanner that a file is clean', async () => {
    clamd().behaviour = 'works';
    const extension = [{ url: SCAN, valueCode: 'infected' }];
    const sent = asMessage(await send(clinician, { ...pdf(clean()), extension }));
    assert.equal(fileIn(sent).extension, undefined);
    clamd().behaviour = 'down';
    const { url } = await held(clinician, 0);
    const shown = (await open(ehr, url, FHIR)).body;
    const changed = await journey().call(ehr, 'PUT', url, { ...shown, data: base64(clean()), _data: undefined });
    assert.equal(changed.status, 409, 'a file of a message does not change');
    const free = `Binary/${(await journey().expect(201, ehr, 'POST', 'Binary', binaryOf(clean()))).body.id}`;
    const read = (await open(ehr, free, FHIR)).body;
    await journey().expect(200, ehr, 'PUT', free, { ...read, language: 'en' });
    assert.equal(absenceIn(await open(ehr, free, FHIR)), 'temp-unknown', 'sent back as it was read, it is held on');
    clamd().behaviour = 'works';
    await later();
    assert.match((await open(ehr, free)).text, /^%PDF/);
  });

  it('[MSG-10] a held file that is infected is removed: sender and receiver are told, nobody gets it', async () => {
    for (const size of SIZES) {
      const bytes = infected(size);
      const answer = await send(clinician, pdf(bytes), pdf(clean(size)));
      assert.equal(answer.status, 201, answer.text);
      const { id, ...message } = asMessage(answer);
      const [bad, good] = [fileIn(message, 1).url ?? '', fileIn(message, 2).url ?? ''];
      clamd().behaviour = 'works';
      await later();
      for (const who of [patient, clinician]) {
        const shown = await reread(id, who);
        assert.deepEqual([stateIn(shown, 1), stateIn(shown, 2)], ['infected', undefined]);
        assert.equal((await open(who, bad)).status, 410);
        assert.equal(absenceIn(await open(who, bad, FHIR)), 'not-permitted');
        assert.ok([404, 409].includes((await open(who, `${bad}/_history/1`)).status));
        assert.equal((await open(who, good)).status, 200);
      }
      assert.equal((await send(clinician, { url: bad })).status, 422, 'it is sent no more');
      const swept = await journey().storage.records.due('upload', Infinity, 10);
      assert.equal(swept.length, 1, 'its content goes with the next sweep');
      clamd().behaviour = 'down';
      await journey().storage.records.take('upload', swept[0]?.id ?? '', Date.now());
    }
  });

  it('[MSG-10] whoever sent a file that is removed gets a notice, which says nothing of it', async () => {
    const file = { ...pdf(infected()), title: 'my-secret-title.pdf' };
    const sent = await send(patient, file);
    assert.equal(sent.status, 201, sent.text);
    const told = async () =>
      (await journey().mails('dana.whitfield@example.org')).filter(({ subject }) => subject === REMOVED);
    assert.equal((await told()).length, 0);
    clamd().behaviour = 'works';
    await later();
    await later();
    const [mail, ...others] = await told();
    assert.equal(others.length, 0);
    assert.doesNotMatch(`${mail?.text}${mail?.html}`, /my-secret-title/);
  });

  it('[MSG-10] held content that is replaced, deleted or retracted meanwhile ends in peace', async () => {
    const [replaced, deleted] = await Promise.all(
      [0, 1].map(
        async () => `Binary/${(await journey().expect(201, ehr, 'POST', 'Binary', binaryOf(clean()))).body.id}`,
      ),
    );
    const { message, url } = await held(clinician, 0);
    const trace = { ...(await reread(message.id, clinician)), status: 'entered-in-error' };
    const retracted = await journey().call(clinician, 'PUT', `Communication/${message.id}`, trace);
    assert.equal(retracted.status, 200, retracted.text);
    clamd().behaviour = 'works';
    const other = clean();
    await journey().expect(200, ehr, 'PUT', replaced!, binaryOf(other, { id: replaced!.slice(7) }));
    assert.equal((await journey().call(ehr, 'DELETE', deleted!)).status, 204);
    await later();
    assert.equal((await open(ehr, replaced)).text, other.toString());
    assert.equal((await open(ehr, `${replaced}/_history/1`)).status, 409);
    assert.equal((await open(ehr, deleted)).status, 410);
    assert.equal((await open(clinician, url)).status, 200, 'a retracted file is its sender’s');
    assert.deepEqual(await journey().storage.records.due('held-content', Infinity, 10), []);
  });

  it('[MSG-10] what cannot be held is refused until it can be scanned, and nothing is written', async () => {
    const before = [await count('Patient'), await unclaimed()];
    const photo = [{ contentType: 'image/png', data: base64(clean()) }];
    const person = { resourceType: 'Patient', name: [{ family: 'Photo' }], photo };
    const answer = await journey().call(ehr, 'POST', 'Patient', person);
    assert.equal(answer.status, 503, answer.text);
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
    assert.equal(issue(answer).expression, 'Patient.photo[0].data');
    assert.deepEqual([await count('Patient'), await unclaimed()], before);
    clamd().behaviour = 'works';
    const { id } = (await journey().expect(201, ehr, 'POST', 'Patient', person)).body;
    clamd().behaviour = 'down';
    await journey().expect(200, ehr, 'PUT', `Patient/${id}`, { ...person, id, gender: 'other' });
  });
}

describe('virus scan', () => {
  let clamd: FakeClamd;
  before(async () => {
    clamd = await new FakeClamd().start();
  });
  after(() => clamd.stop());
  eachPortal(
    (journey, store) => {
      describe(`of what is sent (${store})`, () => refusing(journey));
      describe(`while it is down (${store})`, () => holding(journey, () => clamd));
    },
    () => ({ PORTICO_CLAMD: clamd.address, PORTICO_CLAMD_TIMEOUT: '1000' }),
  );
});
