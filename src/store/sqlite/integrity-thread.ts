/** A thread that checks a file, which may take a minute, and ends. Its message: an Integrity. */
import { parentPort, workerData } from 'node:worker_threads';
import { checkFile, type Integrity } from './integrity.js';

const { path } = workerData as { path: string };

function checked(): Integrity {
  try {
    return checkFile(path);
  } catch (error) {
    const { errcode } = error as { errcode?: number };
    return { versions: 0, problems: [`the file cannot be read: code ${errcode ?? 'unknown'}`] };
  }
}

parentPort!.postMessage(checked());
