/** `npm run load`: what it reads, what it says of what it cannot take, and that it may be cut off and run again. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { loadFile, type Tally } from '../../src/commands/load/loader.js';
import { createProgress } from '../../src/commands/load/progress.js';
import { issuesOf } from '../../src/fhir/outcome.js';
import type { Resource } from '../../src/fhir/resource.js';
import { portalResource } from '../../bench/portal-mix.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';

const patient = (id: string, more: object = {}): Resource => ({ resourceType: 'Patient', id, ...more });
const ndjson = (...resources: object[]): string => resources.map(one => `${JSON.stringify(one)}\n`).join('');

describe('load', () => {
  let server: TestServer;
  let folder: string;
  before(async () => {
    server = await startTestServer();
    folder = mkdtempSync(join(tmpdir(), 'portico-load-'));
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, content: string | Uint8Array): string => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };

  async function load(file: string, path = '/fhir/customer/demo'): Promise<Tally & { said: string[] }> {
    const said: string[] = [];
    const endpoint = server.app.endpoints.find(one => one.path === path)!;
    const refused = (where: string, why: Parameters<typeof issuesOf>[0]) =>
      said.push(`${where.slice(folder.length + 1)}: ${issuesOf(why)[0]!.expression ?? ''}`);
    return { ...(await loadFile(server.app, endpoint, file, { refused, progress: () => undefined })), said };
  }

  const stored = async (type: string, id: string): Promise<Resource> => {
    const [version] = await server.app.store.read([{ partition: 'demo', type, id }]);
    return JSON.parse(version!.json) as Resource;
  };

  it('loads into the portal what the benchmarks measure with, of which nothing is refused', async () => {
    const mix = ndjson(...Array.from({ length: 20 }, (_, at) => portalResource(at)));
    const expected = { written: 20, unchanged: 0, refused: 0, skipped: 0, said: [] };
    assert.deepEqual(await load(write('mix.ndjson', mix), '/fhir/portal'), expected);
  });

  it('reads NDJSON, plain and compressed, and takes each line but those at fault', async () => {
    const bad = { resourceType: 'Patient', id: 'bad', gender: 'unheard-of' };
    const text = `${ndjson(patient('n1'), bad)}\n{"resourceType":\n${ndjson(patient('n2'), { resourceType: 'Nothing' })}`;
    const expected = {
      ...{ written: 2, unchanged: 0, refused: 3, skipped: 0 },
      said: ['line 2: Patient.gender', 'line 4: ', 'line 6: Resource'],
    };
    const named = (name: string) => ({ ...expected, said: expected.said.map(one => `${name}, ${one}`) });
    assert.deepEqual(await load(write('a.ndjson', text)), named('a.ndjson'));
    const again = { ...named('b.ndjson.gz'), written: 0, unchanged: 2 };
    assert.deepEqual(await load(write('b.ndjson.gz', gzipSync(text))), again);
  });

  it('reads Bundles of any type; references between entries lead to the resources', async () => {
    const [first, second] = [
      'urn:uuid:0000000a-0000-4000-8000-000000000000',
      'urn:uuid:0000000b-0000-4000-8000-000000000000',
    ];
    for (const type of ['transaction', 'batch', 'collection', 'searchset']) {
      const subject = { reference: first };
      const observation = {
        resourceType: 'Observation',
        id: `o-${type}`,
        status: 'final',
        code: { text: type },
        subject,
      };
      const entry = [
        { fullUrl: first, resource: { resourceType: 'Patient' } },
        { fullUrl: second, resource: observation },
      ];
      const tally = await load(write(`${type}.json`, JSON.stringify({ resourceType: 'Bundle', type, entry })));
      assert.equal(tally.written + tally.unchanged, 2, tally.said.join());
      const { subject: to } = await stored('Observation', `o-${type}`);
      assert.deepEqual(to, { reference: 'Patient/0000000a-0000-4000-8000-000000000000' });
    }
  });

  it('goes on where it ended, updates what has changed, and takes the last of one id', async () => {
    const many = Array.from({ length: 1200 }, (_, i) => patient(`m${i % 700}`, { active: i >= 700 }));
    const file = write('many.ndjson', ndjson(...many));
    assert.equal((await load(file)).written, 1200);
    assert.equal((await stored('Patient', 'm3'))['active'], true);
    assert.deepEqual(await load(file), { written: 0, unchanged: 0, refused: 0, skipped: 1200, said: [] });
    const changed = write('many.ndjson', ndjson(patient('m1', { active: false }), patient('m2', { active: true })));
    assert.deepEqual(await load(changed), { written: 1, unchanged: 1, refused: 0, skipped: 0, said: [] });
    assert.equal((await stored('Patient', 'm1')).meta?.versionId, '3');
  });

  it('keeps digits of decimals, and refuses types the endpoint does not serve', async () => {
    const valueQuantity = '{"value":1.10}';
    const text = `{"resourceType":"Observation","id":"d","status":"final","code":{"text":"x"},"valueQuantity":${valueQuantity}}\n`;
    await load(write('d.ndjson', text));
    const [version] = await server.app.store.read([{ partition: 'demo', type: 'Observation', id: 'd' }]);
    assert.ok(version!.json.includes(valueQuantity));
    const account = write('e.json', JSON.stringify({ resourceType: 'Account', id: 'a', status: 'active' }));
    assert.deepEqual((await load(account, '/fhir/portal')).said, ['e.json, entry 1: Resource']);
  });

  it('rejects for a file that is not there, cut off, or no JSON', async () => {
    const cut = gzipSync(ndjson(...Array.from({ length: 2000 }, (_, i) => patient(`c${i}`)))).subarray(0, 2000);
    for (const file of [join(folder, 'missing.ndjson'), write('cut.ndjson.gz', cut), write('no.json', 'no')]) {
      await assert.rejects(load(file));
    }
  });

  it('shows one line that changes on a terminal, and whole lines elsewhere', () => {
    const tally: Tally = { written: 10, unchanged: 0, refused: 0, skipped: 0 };
    for (const isTTY of [true, false]) {
      let out = '';
      let now = 0;
      const stream = { isTTY, write: (text: string) => (out += text) } as unknown as NodeJS.WriteStream;
      const progress = createProgress(stream, () => now);
      progress.show('f', tally);
      now = 5000;
      progress.show('f', tally);
      progress.finish('f', { ...tally, skipped: 5 });
      const lines = [
        'f: 10 written, 0 unchanged, 0 refused (2/s)',
        'f: 10 written, 0 unchanged, 0 refused, 5 done before (2/s)',
      ];
      assert.equal(out, isTTY ? `\r\x1b[K${lines[0]}\r\x1b[K${lines[1]}\n` : `${lines.join('\n')}\n`);
    }
  });

  it('ends with 0, with 1 where something was refused, with 2 on bad usage', () => {
    const command = fileURLToPath(new URL('../../src/commands/load.js', import.meta.url));
    const env = { PORTICO_DATA: folder, PORTICO_STORE: 'memory' };
    const run = (...args: string[]) => spawnSync(process.execPath, [command, ...args], { encoding: 'utf8', env });
    const good = write('good.ndjson', ndjson(patient('g')));
    const taken = run(good);
    assert.equal(taken.status, 0, taken.stderr);
    assert.match(taken.stdout, /good\.ndjson: 1 written, 0 unchanged, 0 refused \(\d+\/s\)\n$/);
    const refused = run('--endpoint', 'portal', write('refused.ndjson', ndjson({ resourceType: 'Account', id: 'a' })));
    assert.equal(refused.status, 1);
    assert.match(
      refused.stderr,
      /^\S+refused\.ndjson, line 1: \/fhir\/portal does not serve the type Account\. \(Resource\)\n$/,
    );
    for (const args of [[], ['--endpoint', 'nowhere', good], ['--what', good]]) assert.equal(run(...args).status, 2);
    assert.equal(run(join(folder, 'missing.json')).status, 1);
  });
});
