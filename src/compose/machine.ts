/** Time, ids and randomness of this machine. */
import { randomUUID } from 'node:crypto';
import { systemClock, type World } from '../fhir/clock.js';
import { drawnAhead } from '../runtime/drawn-ahead.js';

export const machine: World = {
  clock: systemClock,
  ids: { next: () => randomUUID() },
  random: { bytes: drawnAhead(4096) },
};
