/** The reference storage: everything in this process's memory, gone with it. For tests and as the measure of the others. */
import { systemClock, type Clock } from '../../fhir/clock.js';
import type { Storage } from '../port.js';
import { MemoryBlobs } from './blobs.js';
import { MemoryRecords } from './records.js';
import { MemoryStore } from './store.js';

/** Opens an empty storage of its own. */
export function openMemory(clock: Clock = systemClock): Storage {
  const records = new MemoryRecords(clock);
  return { store: new MemoryStore(clock, records), records, blobs: new MemoryBlobs() };
}
