/** An app against a server with the demo, once for each store, with a clock to move. */
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { eachStorage } from '../fixtures/storages.js';
import { testWorld, type TestWorld } from '../fixtures/world.js';
import type { Storage } from '../../src/store/port.js';
import { App } from './launch.js';

export interface Surroundings {
  app: App;
  server: TestServer;
  storage: Storage;
  world: TestWorld;
}

/** Registers the tests once for each store. */
export function eachApp(
  name: string,
  register: (surroundings: () => Surroundings) => void,
  env: Record<string, string> = {},
): void {
  eachStorage((_name, open) => {
    describe(name, () => {
      let surroundings: Surroundings;
      before(async () => {
        const world = testWorld();
        const storage = await open(world.clock);
        const server = await startTestServer({ storage, world, env });
        surroundings = { server, storage, world, app: new App(server) };
      });
      after(async () => {
        await surroundings.server.close();
        await surroundings.storage.store.close();
      });
      register(() => surroundings);
    });
  });
}
