/** The Mongo adapter keeps the contracts of the storage ports. */
import { openMongo } from '../../../src/store/mongo/open.js';
import { blobsContract } from '../../contract/blobs-contract.js';
import { recordsContract } from '../../contract/records-contract.js';
import { storeContract } from '../../contract/store-contract.js';
import { describeMongo, freshMongoUri } from '../../fixtures/mongo-server.js';

describeMongo('contract', () => {
  for (const contract of [storeContract, recordsContract, blobsContract]) {
    contract('mongo', async clock => openMongo(await freshMongoUri(), clock));
  }
});
