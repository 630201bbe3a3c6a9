/** Counts of messages put together by what the caller wants them told apart by. */
import { isCountable, type MessageCount } from '../../fhir/message-count.js';

export type Dimension = 'group' | 'provider' | 'kind' | 'direction';

export const DIMENSIONS: readonly Dimension[] = ['group', 'provider', 'kind', 'direction'];

export interface Numbers {
  messages: number;
  countable: number;
}

export interface CountRow extends Numbers {
  /** Of each dimension asked for; '' where the message names none. */
  readonly values: readonly string[];
}

export type Tallied = readonly (readonly [MessageCount, number])[];

/** Each message once. */
export function totalOf(tallied: Tallied): Numbers {
  const total = { messages: 0, countable: 0 };
  for (const [one, count] of tallied) add(total, one, count);
  return total;
}

/** Sorted by the values. A message that names several groups or providers is in the row of each. */
export function rowsOf(tallied: Tallied, by: readonly Dimension[]): CountRow[] {
  const rows = new Map<string, CountRow>();
  for (const [one, count] of tallied) {
    for (const values of valuesOf(one, by)) {
      const key = JSON.stringify(values);
      const row = rows.get(key) ?? { values, messages: 0, countable: 0 };
      rows.set(key, row);
      add(row, one, count);
    }
  }
  return [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

function add(numbers: Numbers, one: MessageCount, count: number): void {
  numbers.messages += count;
  numbers.countable += isCountable(one) ? count : 0;
}

const valuesOf = (one: MessageCount, by: readonly Dimension[]): string[][] =>
  by.reduce<string[][]>(
    (lists, dimension) => lists.flatMap(list => along(one, dimension).map(value => [...list, value])),
    [[]],
  );

function along({ groups, providers, kind, direction }: MessageCount, dimension: Dimension): readonly string[] {
  switch (dimension) {
    case 'group':
      return groups.length === 0 ? [''] : groups;
    case 'provider':
      return providers.length === 0 ? [''] : providers;
    case 'kind':
      return [kind];
    case 'direction':
      return [direction];
  }
}
