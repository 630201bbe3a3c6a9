/** The changes of several writes as those of one commit. */
import type { Changes } from '../service.js';
import type { ChangeSet } from '../store/port.js';

export function mergeChanges(all: readonly Changes[]): Changes {
  return {
    ...mergedSets(all),
    effects: all.flatMap(({ effects = [] }) => effects),
    consequences: mergedSets(all.map(({ consequences = {} }) => consequences)),
  };
}

const mergedSets = (all: readonly ChangeSet[]): ChangeSet => ({
  puts: all.flatMap(({ puts = [] }) => puts),
  criteria: all.flatMap(({ criteria = [] }) => criteria),
  documents: all.flatMap(({ documents = [] }) => documents),
});
