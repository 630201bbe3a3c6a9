/** ClamAV itself: the test file is found bare, zipped and within others, and what clamd does not take is not called clean. */
import assert from 'node:assert/strict';
import { crc32, deflateRawSync } from 'node:zlib';
import { createClamd } from '../../src/outbound/clamd.js';
import type { Verdict } from '../../src/content/virus-scan.js';
import { EICAR, startClamd, type RealClamd } from '../fixtures/clamd.js';
import { startTestServer } from '../fixtures/server.js';

const MEGABYTE = 1024 * 1024;

/** A zip archive of one file. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
function zipped(content: Buffer): Buffer {
  const packed = deflateRawSync(content);
  const name = Buffer.from('file.txt');
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(20, 0);
  facts.writeUInt16LE(8, 4);
  facts.writeUInt32LE(crc32(content), 10);
  facts.writeUInt32LE(packed.length, 14);
  facts.writeUInt32LE(content.length, 18);
  facts.writeUInt16LE(name.length, 22);
  const file = Buffer.concat([Buffer.from('PK\x03\x04'), facts, name, packed]);
  const entry = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), facts, Buffer.alloc(14), name]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(entry.length, 8);
  end.writeUInt32LE(file.length, 12);
  return Buffer.concat([file, entry, Buffer.from('PK\x05\x06'), end]);
}

describe('ClamAV', function () {
  let clamd: RealClamd | undefined;
  before(async function () {
    const started = await startClamd('StreamMaxLength 4M');
    if (!started) return this.skip();
    clamd = started;
  });
  after(() => clamd?.stop());

  const scan = (content: Buffer): Promise<Verdict> => {
    const settings = { address: { path: clamd?.path ?? '' }, timeout: 20_000, connections: 2 };
    return createClamd(settings, () => undefined)(pieces(content));
  };
  async function* pieces(content: Buffer): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < content.length; at += 50_000) yield content.subarray(at, at + 50_000);
  }

  it('[MSG-10] [E05] finds the test file bare, zipped, and within another, and nothing in others', async () => {
    const page = Buffer.alloc(100_000, 'a page ');
    for (const content of [EICAR, zipped(EICAR), zipped(zipped(EICAR)), Buffer.concat([page, EICAR, page])]) {
      const verdict = await scan(content);
      assert.equal(verdict.is, 'infected');
      assert.match('virus' in verdict ? verdict.virus : '', /^Eicar/);
    }
    for (const content of [page, zipped(page)]) assert.deepEqual(await scan(content), { is: 'clean' });
  });

  it('[MSG-10] what is larger than clamd takes has no verdict', async () => {
    assert.deepEqual(await scan(Buffer.alloc(8 * MEGABYTE, 'x')), { is: 'unknown' });
  });

  it('[MSG-10] [E05] over HTTP: refused, taken, held', async () => {
    const server = await startTestServer({ env: { PORTICO_CLAMD: clamd?.address ?? '' } });
    const sent = async (body: Buffer): Promise<Response> => {
      const headers = { authorization: `Bearer ${server.token('demo-system')}`, 'content-type': 'application/zip' };
      return fetch(`${server.portal}/Binary`, { method: 'POST', headers, body: new Uint8Array(body) });
    };
    try {
      for (const content of [EICAR, zipped(EICAR)]) assert.equal((await sent(content)).status, 422);
      const clean = await sent(zipped(Buffer.alloc(50_000, 'x')));
      assert.deepEqual([clean.status, clean.headers.get('warning')], [201, null]);
      const large = await sent(Buffer.alloc(8 * MEGABYTE, 'y'));
      assert.equal(large.status, 201);
      assert.match(large.headers.get('warning') ?? '', /held/);
    } finally {
      await server.close();
    }
  });
});
