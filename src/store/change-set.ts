/** Change sets as values. */
import type { ChangeSet } from './port.js';

/** Several change sets as one, to be committed together. */
export const mergeChangeSets = (...sets: readonly ChangeSet[]): ChangeSet => ({
  puts: sets.flatMap(({ puts = [] }) => puts),
  reindex: sets.flatMap(({ reindex = [] }) => reindex),
  unchanged: sets.flatMap(({ unchanged = [] }) => unchanged),
  criteria: sets.flatMap(({ criteria = [] }) => criteria),
  documents: sets.flatMap(({ documents = [] }) => documents),
});
