/**
 * Contained resources as rows beside their container's: searches find them like live resources of a type of their own. They
 * come with the version of the container and go with it, and have neither history nor reads by key.
 */
import { containedName, containerKey, inContainer, plainType } from './contained.js';
import type { IndexEntries } from './query.js';

interface Key {
  partition: string;
  type: string;
  id: string;
}

/** A row to be; what it says of the write is its container's. */
export interface ContainedRow {
  key: Key;
  json: string;
  index: IndexEntries;
}

/** The rows of what a resource of this key contains, by its entries. */
export function containedRows(key: Key, { contained = [], postings }: IndexEntries): ContainedRow[] {
  if (contained.length === 0) return [];
  const container = `${key.type}/${key.id}`;
  const inherited = [key.type, ...postings.filter(isInternal)];
  return contained.map(({ type, id, json, index }) => {
    const plain = plainType(type);
    const outer = [containerKey(plain) + container, ...inherited.map(posting => inContainer(plain, posting))];
    return {
      key: { partition: key.partition, type, id: containedName(container, id) },
      json,
      index: { ...index, postings: [...index.postings, ...outer] },
    };
  });
}

/** What policies look for is asked of a contained resource as of its container. */
export const isInternal = (posting: string): boolean => /^([A-Za-z]+\|)?~/.test(posting);
