/** The Mongo adapter keeps the contracts of the storage ports. */
import { openMongo } from '../../src/store/mongo/open.js';
import { blobsContract } from '../contract/blobs-contract.js';
import { recordsContract } from '../contract/records-contract.js';
import { storeContract } from '../contract/store-contract.js';
import { freshMongoUri, mongoAvailable } from '../fixtures/mongo-server.js';

for (const contract of mongoAvailable ? [storeContract, recordsContract, blobsContract] : []) {
  contract('mongo', async clock => openMongo(await freshMongoUri(), clock));
}
