/** Every store answers like the reference on random data. */
import { eachStorage } from '../fixtures/storages.js';
import { storeModel } from './store-model.js';
import { samples } from '../fixtures/samples.js';

/** Random pasts tried of each store; the Mongo test server is slow. */
const runs: Record<string, number> = { memory: samples(10, 200), sqlite: samples(60, 1000), mongo: samples(12, 100) };

eachStorage((name, open) => storeModel(name, open, runs[name] ?? 10));
