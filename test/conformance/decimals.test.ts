/** Decimals keep their digits through every way a stored resource is written again. https://hl7.org/fhir/R4/datatypes.html#decimal */
import assert from 'node:assert/strict';
import { asBundle, eachRest } from './rest.js';

const XML = 'application/fhir+xml';

/** Each is another number, or another precision, to JavaScript. */
const NUMBERS = [
  ...['1234567890123.4567', '12345678.901234567', '0.12345678901234567', '123456789012345678', '9007199254740993'],
  ...['1.0', '1.00', '0.0', '-0', '-0.0', '100.0', '0.0000001', '0.00000012', '0.0000010', '-1234567890123.4567'],
  ...['1e5', '1E+2', '1.5e-10', '1.10e2', '0e0', '1e22', '1000000000000000000000', '3.14159265358979323846'],
];

const extensions = NUMBERS.map(number => `{"url":"urn:example:decimal","valueDecimal":${number}}`).join();
const body = (more = '') =>
  `{"resourceType":"Observation","extension":[${extensions}],"status":"final","code":{"text":"x"}${more}}`;

const operation = (parts: string) =>
  `{"resourceType":"Parameters","parameter":[{"name":"operation","part":[${parts}]}]}`;

function assertDigits(text: string, how: string): void {
  const found = [...text.matchAll(/(?:"valueDecimal":\s*|<valueDecimal value=")([^\s,"}]+)/g)].map(match => match[1]);
  assert.deepEqual(found, NUMBERS, how);
}

describe('decimals', () => {
  eachRest(
    rest => {
      const created = async () => (await rest().expect(201, 'POST', 'Observation', body())).body.id!;

      it('[R32] are read as they were written, in each format and view', async () => {
        const at = `Observation/${await created()}`;
        for (const query of ['', '?_pretty=true', '?_format=xml', '?_format=xml&_pretty=true', '?_elements=extension'])
          assertDigits((await rest().expect(200, 'GET', `${at}${query}`)).text, query);
        for (const query of ['', '&_pretty=true', '&_format=xml', '&_summary=data'])
          assertDigits((await rest().expect(200, 'GET', `Observation?_id=${at.slice(12)}${query}`)).text, query);
      });

      it('[R32] [R44] stay when a patch changes another element', async () => {
        const at = `Observation/${await created()}`;
        const json = [{ op: 'replace', path: '/status', value: 'amended' }];
        const type = { 'content-type': 'application/json-patch+json' };
        assertDigits((await rest().expect(200, 'PATCH', at, json, type)).text, 'JSON Patch');
        const parts = [
          '{"name":"type","valueCode":"replace"}',
          '{"name":"path","valueString":"Observation.status"}',
          '{"name":"value","valueCode":"final"}',
        ];
        assertDigits((await rest().expect(200, 'PATCH', at, operation(parts.join()))).text, 'FHIRPath Patch');
        assertDigits((await rest().expect(200, 'GET', at)).text, 'read');
      });

      it('[R32] come through XML, operations and transactions', async () => {
        const at = `Observation/${await created()}`;
        const xml = await rest().expect(200, 'GET', at, undefined, { accept: XML });
        const changed = xml.text.replace('<status value="final"/>', '<status value="amended"/>');
        assertDigits((await rest().expect(200, 'PUT', at, changed, { 'content-type': XML })).text, 'XML');
        const tag = '{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"code":"a"}]}}]}';
        await rest().expect(200, 'POST', `${at}/$meta-add`, tag);
        assertDigits((await rest().expect(200, 'GET', at)).text, '$meta-add');
        const [patient, urn] = ['{"resourceType":"Patient"}', 'urn:uuid:05efabf0-4be2-4561-91ce-51548425acb9'];
        const bundle = `{"resourceType":"Bundle","type":"transaction","entry":[
          {"fullUrl":"${urn}","resource":${patient},"request":{"method":"POST","url":"Patient"}},
          {"resource":${body(`,"subject":{"reference":"${urn}"}`)},"request":{"method":"POST","url":"Observation"}}]}`;
        const answer = await rest().expect(200, 'POST', '', bundle);
        const { location = '' } = asBundle(answer.body).entry?.[1]?.response ?? {};
        assertDigits((await rest().expect(200, 'GET', location)).text, 'transaction');
      });
    },
    { only: 'customer' },
  );
});
