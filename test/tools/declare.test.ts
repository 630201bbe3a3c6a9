/** `npm run declare` on a statement without types: how a new endpoint begins. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../src/project-root.js';

interface Entry {
  type: string;
  interaction: { code: string }[];
  searchParam: { name: string }[];
}

describe('tools/declare', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'portico-declare-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function declared(statement: object, ...types: string[]): { searchParam: { name: string }[]; resource: Entry[] } {
    const file = join(folder, 'statement.json');
    writeFileSync(file, JSON.stringify(statement));
    execFileSync(process.execPath, [join(projectRoot(), 'tools/declare.mjs'), file, ...types], { stdio: 'pipe' });
    const [rest] = (JSON.parse(readFileSync(file, 'utf8')) as { rest: ReturnType<typeof declared>[] }).rest;
    return rest!;
  }

  const codes = ({ interaction }: Entry): string[] => interaction.map(({ code }) => code);

  it('gives the first type reading and searching, with every parameter it has', () => {
    const { resource, searchParam } = declared(
      { resourceType: 'CapabilityStatement', rest: [{ mode: 'server' }] },
      'Slot',
    );
    assert.deepEqual(
      resource.map(({ type }) => type),
      ['Slot'],
    );
    assert.deepEqual(codes(resource[0]!), ['read', 'search-type']);
    assert.ok(resource[0]!.searchParam.some(({ name }) => name === 'schedule'));
    assert.ok(searchParam.some(({ name }) => name === '_id'));
  });

  it('gives a further type the interactions of the first', () => {
    const first = { type: 'Patient', interaction: [{ code: 'read' }, { code: 'create' }] };
    const rest = [{ mode: 'server', searchParam: [{ name: '_id' }], resource: [first] }];
    const { resource, searchParam } = declared({ resourceType: 'CapabilityStatement', rest }, 'Slot');
    assert.deepEqual(resource.map(({ type }) => type).sort(), ['Patient', 'Slot']);
    for (const entry of resource) assert.deepEqual(codes(entry), ['read', 'create']);
    assert.deepEqual(
      searchParam.map(({ name }) => name),
      ['_id'],
    );
  });
});
