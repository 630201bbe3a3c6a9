/** The in-memory reference keeps the contracts of the storage ports. */
import { openMemory } from '../../../src/store/memory/open.js';
import { blobsContract } from '../../contract/blobs-contract.js';
import { recordsContract } from '../../contract/records-contract.js';
import { storeContract } from '../../contract/store-contract.js';

for (const contract of [storeContract, recordsContract, blobsContract]) {
  contract('memory', async clock => openMemory(clock));
}
