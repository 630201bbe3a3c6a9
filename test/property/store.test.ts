/** Every store answers like the reference on random data. */
import { eachStorage } from '../fixtures/storages.js';
import { storeModel } from './store-model.js';

/** Random pasts tried of each store; the Mongo test server is slow. */
const runs: Record<string, number> = { memory: 10, sqlite: 60, mongo: 12 };

eachStorage((name, open) => storeModel(name, open, runs[name] ?? 10));
