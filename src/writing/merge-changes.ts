/** The changes of several writes as those of one commit. */
import type { Changes } from '../service.js';
import { mergeChangeSets } from '../store/change-set.js';

export const mergeChanges = (all: readonly Changes[]): Changes => ({
  ...mergeChangeSets(...all),
  effects: all.flatMap(({ effects = [] }) => effects),
  consequences: mergeChangeSets(...all.map(({ consequences = {} }) => consequences)),
});
