/** Every resource type goes in and comes out unchanged, as JSON and as XML, and lives a whole life. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readTar } from '../../src/definitions/tar.js';
import type { Resource } from '../../src/fhir/resource.js';
import { definitions } from '../formats/definitions.js';
import { minimalOf } from './minimal.js';
import { asBundle, eachRest, type Rest } from './rest.js';
import { long } from '../fixtures/samples.js';

const XML = 'application/fhir+xml';
const data = path.join(process.cwd(), '..', 'shared', 'data');

/** Decimals whose digits a JavaScript number would lose, wherever the type takes extensions. */
const extension =
  '[{"url":"urn:example:decimal","valueDecimal":1.00},{"url":"urn:example:large","valueDecimal":-0.0E-3}]';

function textOf(type: string): string {
  const { resourceType, ...rest } = minimalOf(type, definitions);
  const body = JSON.stringify({ ...rest, language: 'en' }).slice(1);
  const extensible = definitions.type(type)?.base === 'DomainResource';
  return `{"resourceType":"${resourceType}",${extensible ? `"extension":${extension},` : ''}${body}`;
}

/** Without what the server sets: id (where it was not sent) and meta. */
const content = (text: string): string =>
  text.replace(/"id":"[^"]*",/, '').replace(/"meta":\{"versionId":"\d+","lastUpdated":"[^"]*"\},?/, '');

async function lifeOf(rest: Rest, type: string): Promise<void> {
  const sent = textOf(type);
  const { body, text } = await rest.expect(201, 'POST', type, sent);
  assert.equal(content(text), sent);
  const at = `${type}/${body.id}`;
  const json = await rest.expect(200, 'GET', at, undefined, { accept: 'application/fhir+json' });
  assert.equal(content(json.text), sent);
  const xml = await rest.expect(200, 'GET', at, undefined, { accept: XML });
  const changed = xml.text.replace('<language value="en"/>', '<language value="fr"/>');
  const updated = await rest.expect(200, 'PUT', at, changed, { 'content-type': XML });
  assert.deepEqual(JSON.parse(content(updated.text)), JSON.parse(sent.replace('"language":"en"', '"language":"fr"')));
  if (sent.includes(extension)) assert.ok(updated.text.includes(extension), 'digits through XML');
  await rest.expect(204, 'DELETE', at);
  await rest.expect(410, 'GET', at, undefined, { accept: 'application/fhir+json' });
  const history = await rest.expect(200, 'GET', `${at}/_history`);
  const methods = asBundle(history.body).entry?.map(({ request }) => request?.method);
  assert.deepEqual(methods, ['DELETE', 'PUT', 'POST']);
}

function publishedExamples(): Resource[] {
  const bytes = gunzipSync(readFileSync(path.join(data, 'ig-packages', 'hl7.fhir.us.core-610.tgz')));
  const examples = [...readTar(bytes)]
    .filter(([name]) => /^package\/example\/.*\.json$/.test(name))
    .map(([, file]) => JSON.parse(file.toString()) as Resource);
  const reference = readFileSync(path.join(data, 'us-core-reference', 'uscore_bundle_patient_85.json'), 'utf8');
  const entries = asBundle(JSON.parse(reference) as Resource).entry ?? [];
  return [...examples, ...entries.flatMap(({ resource }) => (resource ? [resource as unknown as Resource] : []))];
}

const withoutMeta = ({ meta: _meta, ...resource }: Resource): unknown => ({ ...resource });

describe('round trip', () => {
  eachRest(
    rest => {
      for (const type of definitions.resourceTypes) {
        it(`[R155] [PKB-4] ${type} is created, read, updated, deleted, and its history told`, () =>
          lifeOf(rest(), type));
      }

      it('[R155] published examples come back as they were sent', async function () {
        if (!existsSync(data)) this.skip();
        const all = publishedExamples();
        for (const sent of rest().slow && !long ? new Map(all.map(one => [one.resourceType, one])).values() : all) {
          const at = `${sent.resourceType}/${sent.id}`;
          const { status, text } = await rest().call('PUT', at, sent);
          if (status === 422) {
            assert.match(text, /vs-1:|wrong in itself|fullUrl/, at); // published with a fault of its own
            continue;
          }
          assert.ok(status < 300, `${at}: ${status} ${text.slice(0, 500)}`);
          const read = await rest().expect(200, 'GET', at, undefined, { accept: 'application/fhir+json' });
          assert.deepEqual(withoutMeta(read.body), withoutMeta(sent), at);
        }
      });
    },
    { only: 'customer' },
  );
});
