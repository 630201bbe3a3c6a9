/** XML answers under HL7's own schema, where xmllint is installed. https://hl7.org/fhir/R4/xml.html#schema */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseStored } from '../../src/fhir/json.js';
import type { Resource } from '../../src/fhir/resource.js';
import { toXml } from '../../src/formats/xml.js';
import { definitions } from '../formats/definitions.js';

const shared = join(process.cwd(), '../shared/data');

function schemaFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'portico-xml-'));
  for (const name of ['fhir-single', 'fhir-xhtml', 'xml']) {
    writeFileSync(join(folder, `${name}.xsd`), gunzipSync(readFileSync(join(shared, `hl7-r4/${name}.xsd.gz`))));
  }
  return folder;
}

describe('XML schema', () => {
  if (!existsSync(shared) || spawnSync('xmllint', ['--version']).status !== 0) return;

  it('is met by whole records', () => {
    const folder = schemaFolder();
    const bundles = ['synthea', 'us-core-reference'].flatMap(name =>
      readdirSync(join(shared, name)).map(file => join(shared, name, file)),
    );
    const files = bundles.map((file, index) => {
      const path = join(folder, `${index}.xml`);
      writeFileSync(path, toXml(parseStored<Resource>(readFileSync(file, 'utf8')), definitions, index % 2 === 0));
      return path;
    });
    const checked = spawnSync('xmllint', ['--noout', '--schema', join(folder, 'fhir-single.xsd'), ...files]);
    rmSync(folder, { recursive: true });
    assert.equal(checked.status, 0, checked.stderr.toString().slice(0, 2000));
  });
});
