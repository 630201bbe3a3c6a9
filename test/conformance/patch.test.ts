/** JSON Patch and FHIRPath Patch. https://hl7.org/fhir/R4/http.html#patch, https://hl7.org/fhir/R4/fhirpatch.html */
import assert from 'node:assert/strict';
import type { Json, JsonObject, Resource } from '../../src/fhir/resource.js';
import { asBundle, eachRest, observation, outcome, patient, statuses, unique, type Answer, type Rest } from './rest.js';

const JSON_PATCH = { 'content-type': 'application/json-patch+json' };

type Call = (
  rest: Rest,
  id: string,
  patch: unknown,
  status: number,
  headers?: Record<string, string>,
) => Promise<Answer>;

const jsonPatch: Call = (rest, id, operations, status, headers = {}) =>
  rest.expect(status, 'PATCH', `Patient/${id}`, JSON.stringify(operations), { ...JSON_PATCH, ...headers });

const fhirPatch: Call = (rest, id, operations, status, headers) =>
  rest.expect(status, 'PATCH', `Patient/${id}`, parametersOf(operations as Operation[]), headers);

type Operation = Readonly<Record<string, unknown>>;

/** `{ type, path, name, value: { valueString: … } }` as an operation of a FHIRPath Patch. */
const parametersOf = (operations: readonly Operation[]): Resource => ({
  resourceType: 'Parameters',
  parameter: operations.map(operation => ({ name: 'operation', part: Object.entries(operation).map(partOf) })),
});

function partOf([name, value]: [string, unknown]): JsonObject {
  if (name === 'value') return { name, ...(value as JsonObject) };
  const number = name === 'index' || name === 'source' || name === 'destination';
  return { name, [number ? 'valueInteger' : name === 'type' ? 'valueCode' : 'valueString']: value as Json };
}

async function unchanged(rest: Rest, id: string): Promise<void> {
  const { body } = await rest.expect(200, 'GET', `Patient/${id}`);
  assert.equal(body.meta?.versionId, '1');
}

describe('patch', () => {
  eachRest(rest => {
    it('[R45] JSON Patch adds, replaces, tests, moves, copies and removes', async () => {
      const { id } = await rest().create(patient('Aa', { gender: 'male', birthDate: '1980-02-03' }));
      const { body, headers } = await jsonPatch(
        rest(),
        id,
        [
          { op: 'test', path: '/gender', value: 'male' },
          { op: 'replace', path: '/gender', value: 'female' },
          { op: 'add', path: '/name/0/given', value: ['Bb'] },
          { op: 'add', path: '/name/0/given/-', value: 'Cc' },
          { op: 'copy', from: '/name/0', path: '/name/1' },
          { op: 'move', from: '/name/1/family', path: '/name/1/text' },
          { op: 'remove', path: '/birthDate' },
        ],
        200,
      );
      assert.deepEqual(
        [body['gender'], body['name'], body['birthDate']],
        [
          'female',
          [
            { family: 'Aa', given: ['Bb', 'Cc'] },
            { given: ['Bb', 'Cc'], text: 'Aa' },
          ],
          undefined,
        ],
      );
      assert.equal(headers.get('etag'), 'W/"2"');
      const history = await rest().expect(200, 'GET', `Patient/${id}/_history`);
      assert.equal(asBundle(history.body).entry?.[0]?.request?.method, 'PATCH');
    });

    const refused: [what: string, operations: unknown, status: number][] = [
      ['a test that fails', [{ op: 'test', path: '/gender', value: 'other' }], 422],
      [
        'a test that fails behind a change',
        [
          { op: 'remove', path: '/gender' },
          { op: 'test', path: '/active', value: true },
        ],
        422,
      ],
      ['a path there is not', [{ op: 'replace', path: '/nothing/here', value: 1 }], 422],
      ['an unknown element', [{ op: 'add', path: '/nothing', value: 1 }], 400],
      ['an index beyond the end', [{ op: 'remove', path: '/name/7' }], 422],
      ['the id', [{ op: 'replace', path: '/id', value: 'other' }], 400],
      ['the type', [{ op: 'replace', path: '/resourceType', value: 'Person' }], 400],
      ['the version', [{ op: 'replace', path: '/meta/versionId', value: '9' }], 400],
      ['when it was updated', [{ op: 'replace', path: '/meta/lastUpdated', value: '2001-01-01T00:00:00Z' }], 400],
      ['all of meta', [{ op: 'remove', path: '/meta' }], 400],
      ['a value outside its binding', [{ op: 'replace', path: '/gender', value: 'x' }], 422],
      ['a second type of a choice', [{ op: 'add', path: '/deceasedDateTime', value: '2020-01-01' }], 400],
      ['null in place of the whole', [{ op: 'replace', path: '', value: null }], 422],
      ['null added as the whole', [{ op: 'add', path: '', value: null }], 422],
      ['nothing of the whole left', [{ op: 'remove', path: '' }], 422],
      ['text in place of the whole', [{ op: 'replace', path: '', value: 'x' }], 422],
      ['a list in place of the whole', [{ op: 'replace', path: '', value: [1] }], 422],
      ['a move of the whole', [{ op: 'move', from: '', path: '/name/0' }], 422],
      ['a copy onto the whole', [{ op: 'copy', from: '/gender', path: '' }], 422],
      ['no operation', [], 400],
      ['an unknown operation', [{ op: 'merge', path: '/gender', value: 'x' }], 400],
      ['no path', [{ op: 'remove' }], 400],
      ['__proto__', [{ op: 'add', path: '/__proto__/active', value: true }], 400],
      ['an object in place of the list', { op: 'remove', path: '/gender' }, 400],
    ];
    it('[R45] members that an operation does not have are ignored, whatever they hold', async () => {
      const { id } = await rest().create(patient(unique(), { gender: 'male' }));
      const operations = [
        { op: 'replace', path: '/gender', value: 'female', from: 5, comment: {} },
        { op: 'remove', path: '/gender', value: { empty: {} }, from: [] },
        { op: 'add', path: '/gender', value: 'other', from: null },
      ];
      const { body } = await jsonPatch(rest(), id, operations, 200);
      assert.equal(body['gender'], 'other');
    });

    for (const [what, operations, status] of refused) {
      it(`[R45] a JSON Patch with ${what} is ${status} and changes nothing`, async () => {
        const { id } = await rest().create(patient(unique(), { gender: 'male', deceasedBoolean: false }));
        await jsonPatch(rest(), id, operations, status);
        await unchanged(rest(), id);
      });
    }

    it('[R45] an empty or malformed body is 400, a resource there is not 404, a deleted one 410', async () => {
      const { id } = await rest().create(patient(unique()));
      await rest().expect(400, 'PATCH', `Patient/${id}`, '', JSON_PATCH);
      await rest().expect(400, 'PATCH', `Patient/${id}`, '[{', JSON_PATCH);
      await rest().expect(400, 'PATCH', `Patient/${id}`, patient(unique()));
      await jsonPatch(rest(), unique(), [{ op: 'add', path: '/active', value: true }], 404);
      await rest().expect(204, 'DELETE', `Patient/${id}`);
      await jsonPatch(rest(), id, [{ op: 'add', path: '/active', value: true }], 410);
    });

    for (const [kind, call, set] of [
      ['JSON Patch', jsonPatch, (value: boolean) => [{ op: 'add', path: '/active', value }]],
      [
        'FHIRPath Patch',
        fhirPatch,
        (value: boolean) => [{ type: 'replace', path: 'Patient.active', value: { valueBoolean: value } }],
      ],
    ] as const) {
      it(`[R45] [R46] ${kind}: If-Match is honoured, no change makes no version, nothing else moves`, async () => {
        const text = `{"resourceType":"Patient","active":false,"birthDate":"1980-02-03","deceasedDateTime":"2020-02-03T04:05:06+11:00","extension":[{"url":"urn:x","valueDecimal":1.00}]}`;
        const { body } = await rest().expect(201, 'POST', 'Patient', text);
        const id = body.id ?? '';
        await call(rest(), id, set(true), 412, { 'if-match': 'W/"4"' });
        await call(rest(), id, set(true), 400, { 'if-match': '4' });
        const same = await call(rest(), id, set(false), 200);
        assert.equal(same.body.meta?.versionId, '1');
        const changed = await call(rest(), id, set(true), 200, { 'if-match': 'W/"1"' });
        assert.ok(changed.text.includes('"birthDate":"1980-02-03"'), changed.text);
        assert.ok(changed.text.includes('"deceasedDateTime":"2020-02-03T04:05:06+11:00"'), 'dates are not shifted');
        assert.ok(changed.text.includes('"valueDecimal":1.00'), 'digits are kept');
        assert.ok(changed.text.includes('"versionId":"2"') && changed.text.includes('"active":true'));
      });
    }

    it('[R46] FHIRPath Patch adds, inserts, replaces, moves and deletes', async () => {
      const { id } = await rest().create(patient('Aa', { gender: 'male', birthDate: '1980-02-03' }));
      const { body } = await fhirPatch(
        rest(),
        id,
        [
          { type: 'add', path: 'Patient.name[0]', name: 'given', value: { valueString: 'Bb' } },
          { type: 'add', path: 'Patient.name[0]', name: 'given', value: { valueString: 'Dd' } },
          { type: 'insert', path: 'Patient.name[0].given', index: 1, value: { valueString: 'Cc' } },
          { type: 'move', path: 'Patient.name[0].given', source: 2, destination: 0 },
          { type: 'replace', path: 'Patient.gender', value: { valueCode: 'female' } },
          { type: 'delete', path: 'Patient.birthDate' },
          { type: 'add', path: 'Patient', name: 'active', value: { valueBoolean: true } },
          { type: 'add', path: 'Patient', name: 'deceased', value: { valueBoolean: false } },
        ],
        200,
      );
      assert.deepEqual(body['name'], [{ family: 'Aa', given: ['Dd', 'Bb', 'Cc'] }]);
      assert.deepEqual(
        [body['gender'], body['birthDate'], body['active'], body['deceasedBoolean']],
        ['female', undefined, true, false],
      );
    });

    it('[R46] where() finds its place; anonymous objects come as parts; deleting nothing is no fault', async () => {
      const identifier = [
        { system: 'urn:a', value: '1' },
        { system: 'urn:b', value: '2' },
      ];
      const { id } = await rest().create(patient(unique(), { identifier }));
      const contact = {
        part: [
          { name: 'name', valueHumanName: { text: 'a name' } },
          { name: 'telecom', valueContactPoint: { system: 'phone', value: '1' } },
        ],
      };
      const { body } = await fhirPatch(
        rest(),
        id,
        [
          { type: 'replace', path: "Patient.identifier.where(system = 'urn:b').value", value: { valueString: '3' } },
          { type: 'delete', path: "Patient.identifier.where(system = 'urn:a')" },
          { type: 'delete', path: "Patient.identifier.where(system = 'urn:c')" },
          { type: 'add', path: 'Patient', name: 'contact', value: contact },
        ],
        200,
      );
      assert.deepEqual(body['identifier'], [{ system: 'urn:b', value: '3' }]);
      assert.deepEqual(body['contact'], [{ name: { text: 'a name' }, telecom: [{ system: 'phone', value: '1' }] }]);
    });

    const wrong: [what: string, operation: Operation, status: number][] = [
      ['an unknown type', { type: 'merge', path: 'Patient.gender' }, 400],
      ['an unknown part', { type: 'delete', path: 'Patient.gender', colour: 'x' }, 400],
      ['no path', { type: 'delete' }, 400],
      ['a path that does not parse', { type: 'delete', path: 'Patient.(' }, 400],
      ['a delete of several', { type: 'delete', path: 'Patient.identifier' }, 422],
      [
        'an add of what is there and does not repeat',
        { type: 'add', path: 'Patient', name: 'gender', value: { valueCode: 'other' } },
        422,
      ],
      ['an element there is not', { type: 'add', path: 'Patient', name: 'colour', value: { valueString: 'x' } }, 400],
      [
        'a type that the choice does not have',
        { type: 'replace', path: 'Patient.deceased', value: { valueString: '2020' } },
        400,
      ],
      [
        'an index beyond the end',
        { type: 'insert', path: 'Patient.name', index: 9, value: { valueHumanName: { text: 'x' } } },
        422,
      ],
      ['a value outside its binding', { type: 'replace', path: 'Patient.gender', value: { valueCode: 'x' } }, 422],
      ['the id', { type: 'replace', path: 'Patient.id', value: { valueId: 'x' } }, 400],
      ['the version', { type: 'replace', path: 'Patient.meta.versionId', value: { valueId: '7' } }, 400],
    ];
    for (const [what, operation, status] of wrong) {
      it(`[R46] a FHIRPath Patch with ${what} is ${status} and changes nothing`, async () => {
        const identifier = [{ value: '1' }, { value: '2' }];
        const { id } = await rest().create(patient(unique(), { gender: 'male', deceasedBoolean: false, identifier }));
        await fhirPatch(rest(), id, [operation], status);
        await unchanged(rest(), id);
      });
    }

    it('[R46] what the elements of a list have besides their values moves with them', async () => {
      const mark = (text: string): Json => ({ extension: [{ url: 'urn:example', valueString: text }] });
      const name = [{ given: ['Aa', 'Bb', 'Cc'], _given: [null, mark('b'), mark('c')] }];
      const dated = { birthDate: '1980-02-03', _birthDate: mark('d') };
      const { id } = await rest().create(patient(unique(), { name, ...dated, gender: 'male', _gender: mark('g') }));
      const given = 'Patient.name[0].given';
      const { body } = await fhirPatch(
        rest(),
        id,
        [
          { type: 'add', path: 'Patient.name[0]', name: 'given', value: { valueString: 'Dd' } },
          { type: 'insert', path: given, index: 0, value: { valueString: 'Zz' } },
          { type: 'move', path: given, source: 2, destination: 0 },
          { type: 'delete', path: `${given}[3]` },
          { type: 'delete', path: 'Patient.birthDate' },
          { type: 'replace', path: 'Patient.gender', value: { valueCode: 'other' } },
        ],
        200,
      );
      assert.deepEqual(body['name'], [{ given: ['Bb', 'Zz', 'Aa', 'Dd'], _given: [mark('b'), null, null, null] }]);
      assert.deepEqual([body['birthDate'], body['_birthDate'], body['_gender']], [undefined, undefined, undefined]);
    });

    it('[R46] a FHIRPath Patch may come as XML', async () => {
      const { id } = await rest().create(patient(unique(), { gender: 'male' }));
      const part = '<part><name value="type"/><valueCode value="delete"/></part>';
      const path = '<part><name value="path"/><valueString value="Patient.gender"/></part>';
      const xml = `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>${part}${path}</parameter></Parameters>`;
      const { body } = await rest().expect(200, 'PATCH', `Patient/${id}`, xml, {
        'content-type': 'application/fhir+xml',
      });
      assert.equal(body['gender'], undefined);
    });

    it('[R45] [R46] both patches work inside batch and transaction, conditional ones too', async () => {
      const family = unique();
      const { id } = await rest().create(patient(family));
      const binary = (operations: unknown): unknown => ({
        resourceType: 'Binary',
        contentType: 'application/json-patch+json',
        data: Buffer.from(JSON.stringify(operations)).toString('base64'),
      });
      const active = [{ op: 'add', path: '/active', value: true }];
      const gender = parametersOf([{ type: 'add', path: 'Patient', name: 'gender', value: { valueCode: 'male' } }]);
      const batch = await rest().bundle('batch', [
        { resource: binary(active), request: { method: 'PATCH', url: `Patient/${id}` } },
        { resource: gender, request: { method: 'PATCH', url: `Patient?identifier=urn:example|${family}` } },
        { resource: gender, request: { method: 'PATCH', url: `Patient/${id}`, ifMatch: 'W/"1"' } },
        {
          resource: binary([{ op: 'test', path: '/active', value: 1 }]),
          request: { method: 'PATCH', url: `Patient/${id}` },
        },
      ]);
      assert.deepEqual(statuses(batch), ['200', '200', '412', '422']);
      const birth = parametersOf([{ type: 'add', path: 'Patient', name: 'birthDate', value: { valueDate: '1980' } }]);
      const entry = { resource: birth, request: { method: 'PATCH', url: `Patient?identifier=urn:example|${family}` } };
      assert.deepEqual(statuses(await rest().bundle('transaction', [entry])), ['200']);
      const { body } = await rest().expect(200, 'GET', `Patient/${id}`);
      assert.deepEqual([body['active'], body['gender'], body['birthDate']], [true, 'male', '1980']);
    });

    it('[R45] an invalid result names the element and changes nothing', async () => {
      const { id } = await rest().create(observation());
      const answer = await rest().expect(
        422,
        'PATCH',
        `Observation/${id}`,
        JSON.stringify([{ op: 'remove', path: '/code' }]),
        JSON_PATCH,
      );
      assert.match(outcome(answer.body).issue[0]?.expression?.[0] ?? '', /^Observation/);
      const read = await rest().expect(200, 'GET', `Observation/${id}`);
      assert.deepEqual(read.body['code'], { text: 'Weight' });
    });
  });
});
