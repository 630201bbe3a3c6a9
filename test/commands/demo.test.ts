/** The demo's walk, on each store. */
import assert from 'node:assert/strict';
import { Portal } from '../../src/commands/demo/portal.js';
import { createPrinter } from '../../src/commands/demo/printer.js';
import { walk } from '../../src/commands/demo/walk.js';
import { startTestServer } from '../fixtures/server.js';
import { eachStorage } from '../fixtures/storages.js';

describe('npm run demo', () => {
  eachStorage((_name, open) => {
    it('[PKB-9] walks the main job twice, with a new patient each time, and tells it', async () => {
      const storage = await open();
      const server = await startTestServer({ storage });
      const lines: string[] = [];
      try {
        const portal = new Portal(
          server.app.config,
          createPrinter(line => lines.push(line)),
        );
        await walk(portal);
        await walk(portal);
      } finally {
        await server.close();
        await storage.store.close();
      }
      assert.equal(lines.filter(line => /^ *\d+\. {2}/.test(line)).length, 38);
      assert.equal(lines.filter(line => /Text message to \+1202\d{7}$/.test(line)).length, 2);
      assert.ok(lines.includes('       status: not-enrolled'));
      assert.ok(lines.includes('         category: medical'));
      assert.equal(lines.filter(line => line.includes('payload: Yes, from next week on.')).length, 4, 'sent and read');
      assert.equal(lines.filter(line => line.trim() === 'status: in-progress').length, 2, 'what is new, and no more');
    });
  });
});
