/** What the paths of patches may lead to. https://hl7.org/fhir/R4/fhirpatch.html, https://www.rfc-editor.org/rfc/rfc6901 */
import assert from 'node:assert/strict';
import type { JsonObject, Resource } from '../../src/fhir/resource.js';
import { eachRest, patient, unique, type Answer, type Rest } from './rest.js';

const JSON_PATCH = { 'content-type': 'application/json-patch+json' };

/** Numbers as text: `valueDecimal` keeps its digits. */
const sample = (family: string): string =>
  `{"resourceType":"Patient","active":true,"gender":"male","multipleBirthInteger":2,"name":[{"family":"${family}","given":["b","c"]}],` +
  `"telecom":[{"system":"phone","value":"1"}],"extension":[{"url":"https://example.org/e","valueDecimal":1.50}],` +
  `"contained":[{"resourceType":"Organization","id":"o","name":"Org"}],"managingOrganization":{"reference":"#o"}}`;

async function sampleId(rest: Rest): Promise<string> {
  const { body } = await rest.expect(201, 'POST', 'Patient', sample(unique()));
  return body.id ?? '';
}

/** One operation of a FHIRPath Patch, its values by the names of their parts. */
function operation(type: string, path: string, name?: string, value?: JsonObject): JsonObject {
  const part: JsonObject[] = [
    { name: 'type', valueCode: type },
    { name: 'path', valueString: path },
  ];
  if (name !== undefined) part.push({ name: 'name', valueString: name });
  if (value !== undefined) part.push({ name: 'value', ...value });
  return { name: 'operation', part };
}

const parts = (...all: (readonly [string, JsonObject])[]): JsonObject => ({
  part: all.map(([name, value]) => ({ name, ...value })),
});

const fhirPatch = (rest: Rest, id: string, status: number, ...parameter: JsonObject[]): Promise<Answer> =>
  rest.expect(status, 'PATCH', `Patient/${id}`, {
    resourceType: 'Parameters',
    ...(parameter.length > 0 ? { parameter } : {}),
  } satisfies Resource);

const jsonPatch = (rest: Rest, id: string, status: number, operations: unknown): Promise<Answer> =>
  rest.expect(status, 'PATCH', `Patient/${id}`, JSON.stringify(operations), JSON_PATCH);

describe('patch: places', () => {
  eachRest(rest => {
    it('[R45] what a JSON Patch empties is gone; an empty value is refused', async () => {
      const id = await sampleId(rest());
      const { body } = await jsonPatch(rest(), id, 200, [
        { op: 'remove', path: '/telecom/0/value' },
        { op: 'remove', path: '/telecom/0/system' },
        { op: 'remove', path: '/name/0' },
        { op: 'add', path: '/name/-', value: { text: 'anew' } },
        { op: 'remove', path: '/extension/0' },
      ]);
      assert.deepEqual([body['telecom'], body['name'], body['extension']], [undefined, [{ text: 'anew' }], undefined]);
      await jsonPatch(rest(), id, 400, [{ op: 'add', path: '/contact', value: [] }]);
      await jsonPatch(rest(), id, 400, [{ op: 'add', path: '/maritalStatus', value: {} }]);
    });

    it('[R45] a JSON Patch compares numbers by value, and keeps the digits of others', async () => {
      const id = await sampleId(rest());
      const { text } = await jsonPatch(rest(), id, 200, [
        { op: 'test', path: '/extension/0/valueDecimal', value: 1.5 },
        { op: 'test', path: '/extension/0', value: { valueDecimal: 1.5, url: 'https://example.org/e' } },
        { op: 'replace', path: '/gender', value: 'other' },
      ]);
      assert.ok(text.includes('"valueDecimal":1.50'), text);
    });

    for (const path of [
      '/name/length',
      '/name/00',
      '/name/-1',
      '/name/1e0',
      '/toString',
      '/gender/length',
      '/extension/0/valueDecimal/rawJSON',
    ]) {
      it(`[R45] ${path} is no place in a resource: 422 by whatever operation`, async () => {
        const id = await sampleId(rest());
        for (const one of [
          { op: 'replace', path, value: 1 },
          { op: 'remove', path },
          { op: 'test', path, value: 1 },
          { op: 'copy', from: path, path: '/language' },
          { op: 'move', from: path, path: '/language' },
        ]) {
          await jsonPatch(rest(), id, 422, [one]);
        }
      });
    }

    const led: [path: string, value: JsonObject, expected: RegExp][] = [
      ['gender', { valueCode: 'other' }, /"gender":"other"/],
      ['Patient.gender', { valueCode: 'other' }, /"gender":"other"/],
      ['Patient.multipleBirth.ofType(integer)', { valueInteger: 3 }, /"multipleBirthInteger":3/],
      ['(Patient.multipleBirth as integer)', { valueInteger: 3 }, /"multipleBirthInteger":3/],
      ["Patient.extension.where(url = 'https://example.org/e').value", { valueDecimal: 2.25 }, /"valueDecimal":2.25/],
      ["Patient.extension('https://example.org/e').value", { valueDecimal: 2.25 }, /"valueDecimal":2.25/],
      [
        'Patient.extension.where(value > 1).url',
        { valueUri: 'https://example.org/f' },
        /"url":"https:\/\/example.org\/f"/,
      ],
      ['Patient.contained[0].name', { valueString: 'Other' }, /"id":"o","name":"Other"/],
      ['Patient.name.given[1]', { valueString: 'z' }, /"given":\["b","z"\]/],
    ];
    for (const [path, value, expected] of led) {
      it(`[R46] ${path} leads to what it names`, async () => {
        const id = await sampleId(rest());
        const { text } = await fhirPatch(rest(), id, 200, operation('replace', path, undefined, value));
        assert.match(text, expected);
        const other = path.includes('extension') ? /"gender":"male"/ : /"valueDecimal":1.50/;
        assert.match(text, other);
      });
    }

    it('[R46] as in the published test cases: no operation, a name that is emptied, narrative', async () => {
      const id = await sampleId(rest());
      const same = await fhirPatch(rest(), id, 200);
      assert.equal(same.body.meta?.versionId, '1');
      const text = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">a</div>' };
      const address = { city: 'Here' };
      const contact = [{ name: { text: 'a name' }, address }];
      const made = await rest().create(patient(unique(), { text, contact }));
      const div = text.div.replace('a<', 'b<');
      const { body } = await fhirPatch(
        rest(),
        made.id,
        200,
        operation('delete', 'Patient.contact[0].name.text'),
        operation('replace', 'Patient.text.div', undefined, { valueString: div }),
      );
      assert.deepEqual([body['contact'], body['text']], [[{ address }], { ...text, div }]);
    });

    it('[R46] a value that a function picked is not taken for nothing', async () => {
      const id = await sampleId(rest());
      for (const path of [
        "Patient.name.given.where($this = 'b')",
        'Patient.gender.first()',
        'Patient.gender.exists()',
      ]) {
        await fhirPatch(rest(), id, 422, operation('delete', path));
      }
      const inDecimal = operation('add', 'Patient.extension[0].value.ofType(decimal)', 'id', { valueString: 'x' });
      await fhirPatch(rest(), id, 422, inDecimal);
      const { body } = await fhirPatch(rest(), id, 200, operation('delete', 'Patient.name.given.where($this = 1)'));
      assert.equal(body.meta?.versionId, '1');
    });

    it('[R46] values of types without a name: their elements repeat and choose as they are defined', async () => {
      const { id } = await rest().create(patient(unique()));
      const coding = parts(['system', { valueUri: 'urn:ietf:bcp:47' }], ['code', { valueCode: 'en' }]);
      const { body } = await fhirPatch(
        rest(),
        id,
        200,
        operation('add', 'Patient', 'communication', parts(['language', parts(['coding', coding])])),
        operation(
          'add',
          'Patient',
          'contact',
          parts(['telecom', { valueContactPoint: { system: 'phone', value: '1' } }]),
        ),
        operation(
          'add',
          'Patient',
          'extension',
          parts(['url', { valueUri: 'https://example.org/e' }], ['value', { valueString: 'x' }]),
        ),
      );
      assert.deepEqual(
        [body['communication'], body['contact'], body['extension']],
        [
          [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'en' }] } }],
          [{ telecom: [{ system: 'phone', value: '1' }] }],
          [{ url: 'https://example.org/e', valueString: 'x' }],
        ],
      );
      const unknown = operation('add', 'Patient', 'contact', parts(['colour', { valueString: 'x' }]));
      await fhirPatch(rest(), id, 400, unknown);
      const twice = parts(['gender', { valueCode: 'male' }], ['gender', { valueCode: 'other' }]);
      await fhirPatch(rest(), id, 400, operation('add', 'Patient', 'contact', twice));
    });
  });
});
