/** FHIR packages: a .tgz made here, read as configured packages are. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadDefinitions } from '../../src/definitions/load.js';
import { openPackage } from '../../src/definitions/package.js';
import { createValidator } from '../../src/validate/validator.js';

/** One member of a tar archive, as POSIX ustar with the checksum of its header. */
function member(name: string, body: Buffer, type = '0'): Buffer {
  const header = Buffer.alloc(512);
  header.write(name.slice(0, 100), 0);
  header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write(`        ${type}`, 148);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

/** How a format writes the name of the member that follows. */
type Naming = (name: string) => Buffer;

const plain: Naming = () => Buffer.alloc(0);

/** https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_03 */
const pax: Naming = name => {
  const record = ` path=${name}\n`;
  const length = record.length + String(record.length + 3).length;
  return member('PaxHeader', Buffer.from(`${length}${record}`), 'x');
};

/** https://www.gnu.org/software/tar/manual/html_node/Standard.html, type L */
const gnu: Naming = name => member('././@LongLink', Buffer.from(`${name}\0`), 'L');

function tar(files: Record<string, unknown>, naming = plain): Buffer {
  const members = Object.entries(files).map(([name, content]) =>
    Buffer.concat([naming(name), member(name, Buffer.from(JSON.stringify(content)))]),
  );
  return Buffer.concat([...members, Buffer.alloc(1024)]);
}

const url = 'http://example.org/ValueSet/x';
const valueSet = {
  ...{ resourceType: 'ValueSet', url, status: 'active' },
  compose: { include: [{ system: 'http://example.org/s', concept: [{ code: 'a' }] }] },
};
const parameter = { resourceType: 'SearchParameter', url: 'http://example.org/SearchParameter/x', code: 'x', text: {} };

const orphan = {
  ...{
    resourceType: 'StructureDefinition',
    url: 'http://example.org/StructureDefinition/x',
    name: 'X',
    type: 'Patient',
  },
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

  for (const [format, naming] of Object.entries({ pax, gnu })) {
    for (const length of [101, 256, 300]) {
      it(`reads a member name of ${length} characters, ${format}`, () => {
        const file = path.join(folder, 'long.tgz');
        const name = `${'v'.repeat(length - 'package/.json'.length)}.json`;
        const index = { files: [{ filename: name, resourceType: 'ValueSet', url }] };
        const members = { 'package/.index.json': index, [`package/${name}`]: valueSet };
        writeFileSync(file, gzipSync(tar(members, naming)));
        assert.deepEqual(openPackage(file).get(url), valueSet);
      });
    }
  }

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
