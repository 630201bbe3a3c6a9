/** FHIR packages: a .tgz made here, read as configured packages are. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadDefinitions } from '../../src/definitions/load.js';
import { openPackage } from '../../src/definitions/package.js';
import { createValidator } from '../../src/validate/validator.js';

/** A tar archive of these files, as POSIX ustar. */
function tar(files: Record<string, unknown>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const body = Buffer.from(JSON.stringify(content));
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('ustar', 257);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const url = 'http://example.org/ValueSet/x';
const valueSet = {
  ...{ resourceType: 'ValueSet', url, status: 'active' },
  compose: { include: [{ system: 'http://example.org/s', concept: [{ code: 'a' }] }] },
};
const parameter = { resourceType: 'SearchParameter', url: 'http://example.org/SearchParameter/x', code: 'x', text: {} };

const orphan = {
  ...{ resourceType: 'StructureDefinition', url: 'http://example.org/StructureDefinition/x', name: 'X', type: 'Patient' },
  ...{ kind: 'resource', abstract: false, derivation: 'constraint', baseDefinition: 'http://example.org/none' },
  differential: { element: [] },
};

describe('packages', () => {
  let folder: string;
  const file = (): string => path.join(folder, 'x.tgz');

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'package-'));
    const files = [
      { filename: 'v.json', resourceType: 'ValueSet', url },
      { filename: 's.json', resourceType: 'SearchParameter', url: parameter.url },
      { filename: 'o.json', resourceType: 'StructureDefinition', url: orphan.url },
    ];
    const content = { 'package/v.json': valueSet, 'package/s.json': parameter, 'package/o.json': orphan };
    writeFileSync(file(), gzipSync(tar({ 'package/.index.json': { files }, ...content })));
  });

  after(() => rmSync(folder, { recursive: true }));

  it('adds definitions by canonical URL, expansions and search parameters', () => {
    const definitions = loadDefinitions(process.cwd(), [file()]);
    assert.deepEqual(definitions.valueSet(`${url}|1`), valueSet);
    assert.deepEqual([...definitions.codes(url)!], ['http://example.org/s|a']);
    assert.ok(definitions.canonicals('ValueSet').includes(url));
    assert.deepEqual(definitions.searchParameters().at(-1), { url: parameter.url, code: 'x' });
    assert.equal(definitions.type('Patient')?.kind, 'resource');
  });

  it('takes a profile whose base is not loaded for one it does not know', () => {
    const definitions = loadDefinitions(process.cwd(), [file()]);
    assert.deepEqual(definitions.structure(orphan.url), orphan);
    const validator = createValidator(definitions, { root: process.cwd() });
    const issues = validator.validate({ resourceType: 'Patient', meta: { profile: [orphan.url] } });
    assert.deepEqual(
      issues.map(({ severity, code }) => [severity, code]),
      [['warning', 'not-found']],
    );
  });

  it('lists what is in a package without an index', () => {
    const other = path.join(folder, 'plain.tgz');
    const members = { 'package/package.json': { name: 'x' }, 'package/v.json': valueSet, 'package/other/v.json': {} };
    writeFileSync(other, gzipSync(tar(members)));
    const archive = openPackage(other);
    assert.deepEqual(archive.list('ValueSet'), [url]);
    assert.deepEqual(archive.get(url), valueSet);
  });

  const whole = gzipSync(tar({ 'package/.index.json': { files: [] } }));
  const wrong: [what: string, bytes: Buffer][] = [
    ['no archive', Buffer.from('something else')],
    ['cut short', whole.subarray(0, whole.length - 9)],
    ['another archive', gzipSync(tar({ 'lib/x.json': {} }))],
    ['an index that lists nothing', gzipSync(tar({ 'package/.index.json': {} }))],
  ];
  for (const [what, bytes] of wrong) {
    it(`names a file that is no package: ${what}`, () => {
      const other = path.join(folder, 'other.tgz');
      writeFileSync(other, bytes);
      assert.throws(() => openPackage(other), /^Error: \S*other\.tgz is no FHIR package: [^\n]+$/);
    });
  }

  it('names a file that is not there', () => {
    assert.throws(() => openPackage('/nowhere/x.tgz'), /^Error: \/nowhere\/x\.tgz is no FHIR package: ENOENT/);
  });
});
