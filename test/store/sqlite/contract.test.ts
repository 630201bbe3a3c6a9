/** SQLite under the contracts of the three ports. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../../src/store/sqlite/open.js';
import { blobsContract } from '../../contract/blobs-contract.js';
import { recordsContract } from '../../contract/records-contract.js';
import { storeContract } from '../../contract/store-contract.js';
import type { Open } from '../../fixtures/storage-samples.js';

const folder = mkdtempSync(join(tmpdir(), 'portico-sqlite-'));
let files = 0;
const open: Open = clock => openSqlite(join(folder, `${++files}.db`), clock);

storeContract('sqlite', open);
recordsContract('sqlite', open);
blobsContract('sqlite', open);

after(() => rmSync(folder, { recursive: true }));
