/** Content whose commit did not happen is swept; what was committed stays, for each version that names it. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { receiveContent } from '../../src/content/receive.js';
import { placeOf } from '../../src/content/place.js';
import { claimOf, sweepUploads, upload, type UploadParts } from '../../src/content/upload.js';
import { Fault } from '../../src/fhir/fault.js';
import type { Storage } from '../../src/store/port.js';
import { isFault } from '../contract/faults.js';
import { Rest } from '../conformance/rest.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { eachStorage, isSlow } from '../fixtures/storages.js';
import { testWorld, type TestWorld } from '../fixtures/world.js';

const HOUR = 3_600_000;
const bytes = Buffer.alloc(50_000, 'content ');
const PDF = { 'content-type': 'application/pdf' };

async function* stream(...parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield await Promise.resolve(part);
}

describe('sweep of content', () => {
  eachStorage((_name, open) => {
    let storage: Storage;
    let server: TestServer;
    let world: TestWorld;
    let put: string[];

    before(async () => {
      world = testWorld();
      storage = await open(world.clock);
      const { blobs } = storage;
      // What the server writes, by its ids.
      const watched: Storage['blobs'] = {
        put: (id, content, at) => (put.push(id), blobs.put(id, content, at)),
        open: (...range) => blobs.open(...range),
        delete: id => blobs.delete(id),
      };
      server = await startTestServer({
        storage: { ...storage, blobs: watched },
        world,
        env: { PORTICO_MAX_UPLOAD: String(16 * 1024 * 1024) },
      });
    });
    beforeEach(() => {
      put = [];
    });
    after(async () => {
      await server.close();
      await storage.store.close();
    });

    const rest = (): Rest => new Rest(server, server.customer);
    const parts = (): UploadParts => ({ ...world, ...storage });
    const sweep = async (): Promise<void> => {
      while ((await sweepUploads(parts())) > 0);
    };
    const left = async (): Promise<boolean[]> =>
      Promise.all(put.map(async id => (await storage.blobs.open(id)) !== undefined));
    const read = (path: string) => rest().expect(200, 'GET', path, undefined, { accept: 'application/pdf' });

    it('keeps what was committed, of versions that were replaced or deleted too', async () => {
      const { body } = await rest().expect(201, 'POST', 'Binary', bytes, PDF);
      const path = `Binary/${body.id}`;
      await rest().expect(200, 'PUT', path, Buffer.alloc(60_000, 'other '), PDF);
      await rest().expect(204, 'DELETE', path);
      world.advance(2 * HOUR);
      await sweep();
      assert.deepEqual(await left(), [true, true]);
      assert.equal((await read(`${path}/_history/1`)).text, bytes.toString());
    });

    it('[R06] deletes that of a transaction that was refused, at once', async () => {
      const binary = { resourceType: 'Binary', contentType: 'application/pdf', data: bytes.toString('base64') };
      const created = { method: 'POST', url: 'Binary' };
      const invalid = { resourceType: 'Observation', status: 'no such status', code: { text: 'x' } };
      const entries = [
        { resource: binary, request: created },
        { resource: invalid, request: { method: 'POST', url: 'Observation' } },
      ];
      const answer = await rest().call('POST', '', { resourceType: 'Bundle', type: 'transaction', entry: entries });
      assert.equal(answer.status, 422);
      assert.ok(put.length > 0);
      assert.ok((await left()).every(there => !there));
    });

    it('[R06] deletes that of a write whose commit fails, and keeps what a commit has claimed', async () => {
      const { commit } = storage.store;
      storage.store.commit = () => Promise.reject(new Fault('unavailable', 'the disk is full'));
      await rest().expect(503, 'POST', 'Binary', bytes, PDF);
      storage.store.commit = commit;
      assert.equal(put.length, 1);
      assert.ok((await left()).every(there => !there));
      await rest().expect(412, 'PUT', 'Binary/none', bytes, { ...PDF, 'if-match': 'W/"7"' });
      assert.ok((await left()).every(there => !there));
      const { body } = await rest().expect(201, 'POST', 'Binary', bytes, PDF);
      assert.equal((await read(`Binary/${body.id}`)).text, bytes.toString());
    });

    it('writes none for a resource that is refused', async () => {
      const data = bytes.toString('base64');
      await rest().expect(422, 'POST', 'Binary', { resourceType: 'Binary', data });
      await rest().expect(400, 'POST', 'Binary', { resourceType: 'Binary', contentType: 'a/b', data, wrong: 1 });
      assert.deepEqual(put, []);
    });

    it('deletes that of a process that ended before its commit, finished or not', async () => {
      const finished = placeOf({
        resourceType: 'Binary',
        ...(await receiveContent(parts(), stream(bytes))),
      });
      const unfinished = await new Promise<string>(resolve => {
        const ids = { next: () => 'unfinished' };
        const halting = async function* () {
          yield bytes;
          resolve('unfinished');
          await new Promise(() => undefined);
        };
        void upload({ ...parts(), ids }, halting());
      });
      assert.ok(await storage.records.get('upload', unfinished, world.clock.now()), 'known before its first byte');
      world.advance(HOUR + 1);
      await sweep();
      assert.equal(await storage.blobs.open(finished?.url ?? ''), undefined);
      await storage.blobs.put(unfinished, stream(Buffer.from('new')), 0);
      assert.equal((await storage.blobs.open(unfinished))?.info.size, 3);
    });

    it('forgets none that it could not delete', async () => {
      const { id } = await upload(parts(), stream(bytes));
      world.advance(HOUR + 1);
      const failing = { ...storage.blobs, delete: () => Promise.reject(new Error('the disk fails')) };
      await assert.rejects(sweepUploads({ ...parts(), blobs: failing }), /the disk fails/);
      world.advance(HOUR + 1);
      await sweep();
      assert.equal(await storage.blobs.open(id), undefined);
    });

    it('refuses the commit that comes too late', async () => {
      const { id } = await upload(parts(), stream(bytes));
      await storage.store.commit({ documents: [claimOf(id)] });
      await assert.rejects(storage.store.commit({ documents: [claimOf(id)] }), isFault('conflict'));
      const late = await upload(parts(), stream(bytes));
      world.advance(HOUR + 1);
      await sweep();
      await assert.rejects(storage.store.commit({ documents: [claimOf(late.id)] }), isFault('conflict'));
      assert.ok(await storage.blobs.open(id), 'claimed');
    });

    it('keeps nothing of a stream that breaks', async () => {
      const broken = async function* () {
        yield bytes;
        throw new Error('hung up');
      };
      await assert.rejects(receiveContent(parts(), broken()), /hung up/);
      world.advance(HOUR + 1);
      await sweep();
      assert.equal(await sweepUploads(parts()), 0);
    });

    /** Sends half of what it announces, and hangs up. */
    const hangUp = (): Promise<void> =>
      new Promise(resolve => {
        const authorization = `Bearer ${server.token('demo-system')}`;
        const headers = { authorization, ...PDF, 'content-length': 2 * bytes.length };
        const sending = request(`${server.customer}/Binary`, { method: 'POST', headers });
        sending.on('error', () => undefined).on('close', resolve);
        sending.write(bytes, () => setTimeout(() => sending.destroy(), 50));
      });

    it('[R40] [E07] keeps nothing of what clients do not send to its end, of 200 at once either', async () => {
      const before = await rest().count('Binary', '');
      await Promise.all(Array.from({ length: isSlow(storage) ? 10 : 200 }, hangUp));
      // The record of an upload goes after its blob, finished or not.
      while ((await storage.records.due('upload', Infinity, 1)).length > 0) await pause(20);
      assert.ok((await left()).every(there => !there));
      assert.equal(await rest().count('Binary', ''), before);
    });

    it('stores nothing for a caller who may not', async () => {
      await rest().as('').expect(401, 'POST', 'Binary', bytes, PDF);
      await rest().expect(405, 'POST', 'Binary/x', bytes, PDF);
      assert.deepEqual(put, []);
    });

    it('inflates what comes compressed, and takes no more than an upload may have', async () => {
      const gzip = { ...PDF, 'content-encoding': 'gzip' };
      const { body } = await rest().expect(201, 'POST', 'Binary', gzipSync(bytes), gzip);
      assert.equal((await read(`Binary/${body.id}`)).text, bytes.toString());
      const large = Buffer.alloc(17 * 1024 * 1024);
      put = [];
      await rest().expect(413, 'POST', 'Binary', large, PDF);
      await rest().expect(413, 'POST', 'Binary', gzipSync(large), gzip);
      await rest().expect(415, 'POST', 'Binary', bytes, { ...PDF, 'content-encoding': 'compress' });
      assert.ok((await left()).every(there => !there));
    });
  });
});
