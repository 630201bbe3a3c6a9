/** Bodies, parameters and expressions made to be misread, or to cost much: refused with the right code, and soon. */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import type { OperationOutcome } from 'fhir/r4.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { processorTime } from '../fixtures/processor-time.js';

interface Told {
  status: number;
  code: string | undefined;
  text: string;
}

/** Milliseconds no answer may take. */
const SOON = 2000;
const JSON_TYPE = 'application/fhir+json';
const XML_TYPE = 'application/fhir+xml';
const PATCH_TYPE = 'application/json-patch+json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

const patient = (more: object = {}): string => JSON.stringify({ resourceType: 'Patient', ...more });
const xml = (inside: string): string => `<Patient xmlns="http://hl7.org/fhir">${inside}</Patient>`;

describe('hostile bodies and parameters', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    await ask('PUT', 'Patient/there', patient({ id: 'there', name: [{ family: 'A', given: ['B', 'C'] }] }));
  });
  after(() => server.close());

  async function ask(method: string, path: string, body?: string | Uint8Array, headers: object = {}): Promise<Told> {
    const began = processorTime();
    const response = await fetch(`${server.customer}/${path}`, {
      method,
      headers: { authorization: `Bearer ${server.token('demo-system')}`, 'content-type': JSON_TYPE, ...headers },
      ...(body === undefined ? {} : { body: body as string }),
    });
    const text = await response.text();
    assert.ok(processorTime() - began < SOON, `${method} ${path.slice(0, 80)} took too long`);
    const outcome = text.startsWith('{"resourceType":"OperationOutcome"')
      ? (JSON.parse(text) as OperationOutcome)
      : undefined;
    return { status: response.status, code: outcome?.issue[0]?.code, text };
  }

  async function refuses(status: number, code: string, ...call: Parameters<typeof ask>): Promise<void> {
    const told = await ask(...call);
    assert.deepEqual(
      [told.status, told.code],
      [status, code],
      `${String(call[2]).slice(0, 80)} ${told.text.slice(0, 300)}`,
    );
  }

  const operators = [{ $ne: null }, { $gt: '' }, { $regex: '.' }, { $where: 'sleep(1)' }, ['x'], 5];

  it('[F01] operators in place of text, in parameters of operations', async () => {
    for (const value of operators) {
      const parameter = [{ name: 'code', valueString: value }];
      await refuses(
        400,
        'structure',
        'POST',
        'ValueSet/$expand',
        JSON.stringify({ resourceType: 'Parameters', parameter }),
      );
    }
    for (const parameter of [5, 'x', {}, [null], [[]], [{ name: 'url', part: false }]]) {
      await refuses(
        400,
        'structure',
        'POST',
        'ValueSet/$expand',
        JSON.stringify({ resourceType: 'Parameters', parameter }),
      );
    }
  });

  it('[F02] [F03] names that mean something to JavaScript or to a database', async () => {
    for (const name of ['__proto__', 'constructor', 'prototype', '$where', '$ne', 'a.b', '_a.b']) {
      await refuses(400, 'structure', 'POST', 'Patient', `{"resourceType":"Patient","${name}":{"x":1}}`);
      await refuses(400, 'structure', 'POST', 'Patient', `{"resourceType":"Patient","name":[{"${name}":{"x":1}}]}`);
      await refuses(400, 'not-supported', 'GET', `Patient?${encodeURIComponent(name)}=x`);
      await refuses(400, 'not-supported', 'GET', `Patient?name[${name}]=x`);
    }
    const patch = [{ op: 'add', path: '/__proto__/x', value: 1 }];
    await refuses(400, 'structure', 'PATCH', 'Patient/there', JSON.stringify(patch), { 'content-type': PATCH_TYPE });
    assert.equal(({} as { x?: unknown }).x, undefined);
  });

  it('[F04] [F08] text that is code elsewhere stands for itself', async () => {
    await ask('POST', 'Patient', patient({ name: [{ family: '100%_sure (a+)+$' }] }));
    const total = async (query: string) =>
      (JSON.parse((await ask('GET', `Patient?${query}`)).text) as { total: number }).total;
    assert.equal(await total(`family=${encodeURIComponent('100%_sure')}`), 1);
    for (const value of ['%', '1%', '100_', "' OR 1=1 --", '.*', '(e+)+$', 'e'.repeat(300) + '!']) {
      assert.equal(await total(`family=${encodeURIComponent(value)}`), 0, value);
    }
    assert.equal(await total(`family=${encodeURIComponent('(a+)+$')}`), 1, 'a word of the name, as it is written');
    assert.equal(await total(`family:contains=${encodeURIComponent('_sure')}`), 1);
    assert.equal(await total(`family:contains=${encodeURIComponent('0.*s')}`), 0);
    await refuses(400, 'structure', 'GET', 'Patient?family=%00');
    await refuses(400, 'structure', 'GET', 'Patient?family=%ff');
  });

  it('[F05] JSON that two readers would understand differently', async () => {
    for (const text of [
      '{"resourceType":"Patient","id":"a","id":"b"}',
      '{"resourceType":"Patient","\\u0069d":"a","id":"b"}',
    ]) {
      await refuses(400, 'structure', 'POST', 'Patient', text);
    }
    for (const text of [
      `\ufeff\ufeff${patient()}`,
      `${patient()}\ufeff`,
      `${patient()} x`,
      `${patient()}${patient()}`,
      '{"resourceType":NaN}',
      '',
    ]) {
      await refuses(400, 'structure', 'POST', 'Patient', text);
    }
    await refuses(400, 'structure', 'POST', 'Patient', Buffer.from(patient(), 'utf16le'));
    await refuses(400, 'value', 'POST', 'Patient', '{"resourceType":"Patient","multipleBirthInteger":1e400}');
    const position = '{"longitude":1.00,"latitude":-0.50}';
    const stored = await ask('POST', 'Location', `{"resourceType":"Location","position":${position}}`, {
      prefer: 'return=representation',
    });
    assert.ok(stored.text.includes(position), stored.text);
  });

  it('[F07] depth, breadth and length', async () => {
    await refuses(400, 'too-long', 'POST', 'Patient', '['.repeat(1_000_000));
    await refuses(400, 'too-long', 'POST', 'Patient', '{"a":'.repeat(65));
    await refuses(400, 'structure', 'POST', 'Patient', `{"resourceType":"Patient","name":[${'0,'.repeat(20_000)}0]}`);
    await refuses(413, 'too-long', 'POST', 'Patient', `{"resourceType":"Patient","name":[${'0,'.repeat(300_000)}0]}`);
    const keys = Array.from({ length: 20_000 }, (_one, at) => `"${at * 65536}":1`);
    await refuses(400, 'structure', 'POST', 'Patient', `{${keys.join(',')}}`);
    await refuses(413, 'too-long', 'POST', 'Patient', patient({ name: [{ family: 'x'.repeat(4_000_000) }] }));
    await refuses(413, 'too-long', 'POST', 'Patient', Buffer.alloc(17 * 1024 * 1024, 32));
  });

  it('[F07] resources that could be found by everything', async () => {
    const names = Array.from({ length: 6000 }, (_one, at) => ({ family: `f${at} a b c d`, given: [`g${at}`] }));
    await refuses(400, 'too-costly', 'POST', 'Patient', patient({ name: names }));
    const coding = (letter: string) =>
      Array.from({ length: 1000 }, (_one, at) => ({ system: 'http://x', code: `${letter}${at}` }));
    const component = [{ code: { coding: coding('a') }, valueCodeableConcept: { coding: coding('b') } }];
    const observation = { resourceType: 'Observation', status: 'final', code: { text: 'x' }, component };
    await refuses(400, 'too-costly', 'POST', 'Observation', JSON.stringify(observation));
  });

  it('[F09] bombs, and codings that are none', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024, 32));
    await refuses(413, 'too-long', 'POST', 'Patient', bomb, { 'content-encoding': 'gzip' });
    await refuses(415, 'not-supported', 'POST', 'Patient', bomb, { 'content-encoding': 'gzip, gzip' });
    await refuses(415, 'not-supported', 'POST', 'Patient', patient(), { 'content-encoding': 'x' });
    await refuses(400, 'structure', 'POST', 'Patient', patient(), { 'content-encoding': 'gzip' });
  });

  it('[F11] searches that ask too much', async () => {
    const many = (count: number, one: (at: number) => string, by: string) =>
      Array.from({ length: count }, (_one, at) => one(at)).join(by);
    await refuses(400, 'value', 'GET', 'Patient?_count=-1');
    await refuses(400, 'value', 'GET', 'Patient?_count=1e3');
    assert.match((await ask('GET', 'Patient?_count=1000000000')).text, /"url":"[^"]*_count=1000"/);
    await refuses(400, 'too-costly', 'GET', `Patient?${many(61, () => 'name=a', '&')}`);
    await refuses(400, 'too-costly', 'GET', `Patient?name=${many(501, at => `a${at}`, ',')}`);
    await refuses(400, 'too-costly', 'GET', `Patient?${many(11, () => '_include=Patient:link', '&')}`);
    await refuses(
      400,
      'too-costly',
      'GET',
      `Observation?has-member:Observation.${many(6, () => 'has-member:Observation', '.')}.status=final`,
    );
    await refuses(400, 'too-costly', 'GET', `Patient?_filter=${'('.repeat(600)}`);
    await refuses(400, 'too-costly', 'GET', `Patient?_content=${many(600, at => `w${at}`, '+')}`);
    await refuses(413, 'too-long', 'POST', 'Patient/_search', `name=${'a'.repeat(200_000)}`, {
      'content-type': FORM_TYPE,
    });
    const entry = Array.from({ length: 2001 }, () => ({ request: { method: 'GET', url: 'Patient/there' } }));
    await refuses(400, 'too-costly', 'POST', '', JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry }));
  });

  it('[F12] XML with entities, or too deep, or too broad; other formats', async () => {
    const send = (status: number, code: string, text: string) =>
      refuses(status, code, 'POST', 'Patient', text, { 'content-type': XML_TYPE });
    await send(400, 'structure', `<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]>${xml('<id value="&x;"/>')}`);
    const lol = '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">';
    await send(400, 'structure', `<!DOCTYPE p [${lol}]>${xml('<id value="&c;"/>')}`);
    await send(400, 'structure', xml('<id value="&x;"/>'));
    await send(400, 'structure', xml('<contact>'.repeat(100_000)));
    await send(400, 'too-long', xml('<extension url="x">'.repeat(100)));
    const flood = Array.from({ length: 100_000 }, (_one, at) => `a${at}="x"`).join(' ');
    await send(400, 'structure', `<Patient xmlns="http://hl7.org/fhir" ${flood}/>`);
    for (const type of [
      'text/html',
      'text/yaml',
      'application/x-ndjson',
      'multipart/form-data; boundary=x',
      PATCH_TYPE,
    ]) {
      await refuses(415, 'not-supported', 'POST', 'Patient', patient(), { 'content-type': type });
    }
  });

  const operation = (path: string) => ({
    name: 'operation',
    part: [
      { name: 'type', valueCode: 'delete' },
      { name: 'path', valueString: path },
    ],
  });

  it('[F13] expressions that never end', async () => {
    const slow = `'${'a'.repeat(40)}!'`;
    for (const path of [
      `${slow}.matches('(a+)+$')`,
      `${slow}.\`matches\`('(a+)+$')`,
      `${slow}.matches /* */ ('(a+)+$')`,
      `/* ' */ ${slow}.matches('(a+)+$') /* ' */`,
      `${slow}.\`m\\u0061tches\`('(a+)+$')`,
      'Patient.repeat(name)',
      "Patient.name.aggregate($total & 'aa', 'a')",
      `'a'${".replace('','aaaaaaaaaaaaaaaaaaaa')".repeat(9)}`,
      '%context.name.select(%context.name.given)',
    ]) {
      const body = JSON.stringify({ resourceType: 'Parameters', parameter: [operation(path)] });
      await refuses(400, 'too-costly', 'PATCH', 'Patient/there', body);
    }
  });

  it('[F13] a JSON Patch that doubles what it copies', async () => {
    const patch = Array.from({ length: 40 }, (_one, at) => ({ op: 'copy', from: '/name', path: `/name/0/x${at}` }));
    await refuses(400, 'too-costly', 'PATCH', 'Patient/there', JSON.stringify(patch), { 'content-type': PATCH_TYPE });
  });

  it('[F14] transactions in circles', async () => {
    const name = (at: number) => `urn:uuid:00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
    const entry = Array.from({ length: 100 }, (_one, at) => ({
      fullUrl: name(at),
      resource: { resourceType: 'Patient', link: [{ type: 'seealso', other: { reference: name((at + 1) % 100) } }] },
      request: { method: 'POST', url: 'Patient' },
    }));
    const bundle = (entries: unknown) =>
      JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: entries });
    assert.equal((await ask('POST', '', bundle(entry))).status, 200);
    await refuses(400, 'invalid', 'POST', '', bundle([entry[0], entry[0]]));
    const put = { resource: { resourceType: 'Patient', id: 'x' }, request: { method: 'PUT', url: 'Patient/x' } };
    await refuses(400, 'invalid', 'POST', '', bundle([put, put]));
    for (const odd of [null, 5, [], { ...put, resource: 'x' }, { ...put, resource: { resourceType: {} } }]) {
      assert.equal((await ask('POST', '', bundle([odd]))).status, 400, JSON.stringify(odd));
    }
  });

  it('[B31] [B32] references and ids out of form', async () => {
    for (const id of ['a'.repeat(65), '..%2f..', '%C3%A4', 'a%3Ab', '%00', 'there%20', 'there;x']) {
      const { status } = await ask('GET', `Patient/${id}`);
      assert.ok(status === 404 || status === 400, `${id}: ${status}`);
    }
    for (const id of ['__proto__', '_constructor']) await refuses(404, 'not-found', 'GET', `Patient/${id}`);
    assert.equal((await ask('GET', `Patient/${'a'.repeat(64)}`)).status, 404);
    assert.equal((await ask('GET', '%50atient/there')).status, 200);
    assert.equal((await ask('GET', 'patient/there')).status, 404);
    await ask(
      'POST',
      'Observation',
      JSON.stringify({
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'x' },
        subject: { reference: 'https://other.example/fhir/Patient/there' },
      }),
    );
    assert.match((await ask('GET', 'Observation?subject=Patient/there')).text, /"total":0/);
  });
});
