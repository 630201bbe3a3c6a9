/** Content does not pass through the memory of the server: neither one that is large, nor a page of many. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Binary, Bundle } from 'fhir/r4.js';
import { developmentToken } from '../../src/access/development-issuer.js';
import { loadSigningKey } from '../../src/access/signing-key.js';
import { startChildServer, type ChildServer } from '../fixtures/child-server.js';

const MEGABYTE = 1024 * 1024;
/** Megabytes of the JavaScript heap. */
const HEAP = 320;
const LARGE = 384 * MEGABYTE;
const MANY = 40;
const EACH = 4 * MEGABYTE;

/** The same bytes for the same seed, in pieces of a megabyte. */
function* pieces(size: number, seed: number): Generator<Buffer> {
  const piece = Buffer.from(Uint8Array.from({ length: MEGABYTE }, (_, at) => (at * seed + (at >> 9)) & 0xff));
  for (let left = size; left > 0; left -= MEGABYTE) yield piece.subarray(0, Math.min(left, MEGABYTE));
}

function digestOf(parts: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

describe('memory and content', () => {
  let folder: string;
  let server: ChildServer;
  let base: string;
  let headers: Record<string, string>;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'portico-test-'));
    const env = { PORTICO_DEMO: 'on', PORTICO_LOG_LEVEL: 'error', PORTICO_MAX_BODY: String(2 * LARGE) };
    const limits = { PORTICO_REQUEST_TIMEOUT: '120000', NODE_OPTIONS: `--max-old-space-size=${HEAP}` };
    server = await startChildServer({ folder, env: { ...env, ...limits } });
    base = `http://127.0.0.1:${server.port}/fhir/customer/demo`;
    const token = developmentToken(loadSigningKey(folder), 'demo-system', undefined, Date.now());
    headers = { authorization: `Bearer ${token}` };
  });
  after(async () => {
    server.child.kill('SIGKILL');
    await server.ended;
    rmSync(folder, { recursive: true, force: true });
  });

  /** The most that the server has had resident, in megabytes; undefined where the system does not say. */
  const peak = (): number | undefined => {
    if (process.platform !== 'linux') return undefined;
    const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
  };
  const post = async (size: number, seed: number): Promise<string> => {
    const body = ReadableStream.from(pieces(size, seed)) as unknown as ReadableStream<Uint8Array>;
    const more = { 'content-type': 'application/octet-stream', prefer: 'return=minimal' };
    const answer = await fetch(`${base}/Binary`, {
      method: 'POST',
      headers: { ...headers, ...more },
      body,
      duplex: 'half',
    });
    assert.equal(answer.status, 201, await answer.text());
    return answer.headers.get('location')!.split('/').at(-3)!;
  };

  it('[R104] content many times larger than what the server may use goes in and out', async () => {
    await post(MEGABYTE, 3); // what is loaded at first use
    const before = peak();
    const id = await post(LARGE, 7);
    const answer = await fetch(`${base}/Binary/${id}`, { headers });
    assert.equal(answer.headers.get('content-length'), String(LARGE));
    const hash = createHash('sha256');
    for await (const part of answer.body!) hash.update(part);
    assert.equal(hash.digest('hex'), digestOf(pieces(LARGE, 7)));
    const json = await fetch(`${base}/Binary/${id}`, { headers: { ...headers, accept: 'application/fhir+json' } });
    assert.equal(json.status, 400);
    assert.match(await json.text(), /too-costly/);
    const found = (await (await fetch(`${base}/Binary?_id=${id}`, { headers })).json()) as Bundle;
    const resource = found.entry?.[0]?.resource as Binary | undefined;
    assert.equal(resource?.data, undefined);
    assert.equal(resource?.meta?.tag?.[0]?.code, 'SUBSETTED');
    if (before !== undefined) assert.ok(peak()! - before < (0.6 * LARGE) / MEGABYTE, `${before} MB, then ${peak()} MB`);
  });

  it('[R104] a page of many large Binaries ends early, and all of them come on the next', async () => {
    const ids = new Set<string>();
    for (let i = 0; i < MANY; i++) ids.add(await post(EACH, 11 + i));
    const read = async (path: string): Promise<number> => {
      const seen = new Map<string, number>();
      let pages = 0;
      for (let next: string | undefined = `${base}/${path}`; next !== undefined; pages++) {
        const answer = await fetch(next, { headers });
        assert.equal(answer.status, 200);
        const { entry = [], link = [] } = (await answer.json()) as Bundle;
        for (const { id = '', data = '' } of entry.map(({ resource }) => resource as Binary)) {
          if (ids.has(id)) seen.set(id, Buffer.from(data, 'base64').length);
        }
        next = link.find(({ relation }) => relation === 'next')?.url;
      }
      assert.deepEqual([...seen.keys()].toSorted(), [...ids].toSorted());
      assert.deepEqual(new Set(seen.values()), new Set([EACH]));
      return pages;
    };
    assert.ok((await read('Binary?_count=1000')) > 1);
    assert.ok((await read('Binary/_history?_count=1000')) > 1);
    assert.equal(server.child.exitCode, null);
  });
});
