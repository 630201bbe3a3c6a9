/** `_sort`. https://hl7.org/fhir/R4/search.html#_sort */
import type { Criteria } from './criteria.js';
import { anyForm, chainKey } from './keys.js';
import { badValue, MAX_SORT_KEYS, notUnderstood } from './limits.js';
import { mainDates } from './main-date.table.js';
import type { Sort } from './query.js';
import type { SearchParam } from './registry.js';

function keyOf(param: SearchParam, descending: boolean): Sort | undefined {
  const { type, key } = param;
  switch (type) {
    case 'string':
      return { by: 'text', key, descending };
    case 'date':
    case 'number':
    case 'quantity':
      return { by: 'range', key, descending };
    case 'token':
    case 'uri':
      return { by: 'posting', key: key + anyForm(''), descending };
    case 'reference':
      return { by: 'posting', key: chainKey(key), descending };
    case 'composite':
    case 'special':
    case 'near':
      return undefined;
  }
}

/** The sort keys of a value such as `-date,name`, `most` of them at most. Faults: `invalid`. */
export function parseSort(criteria: Criteria, types: readonly string[], value: string, most: number): Sort[] {
  const keys = value.split(',');
  if (keys.includes('') || keys.includes('-') || keys.length > most) {
    throw badValue('_sort', `the value is a list of 1 to ${MAX_SORT_KEYS} parameters, each with or without '-'.`);
  }
  return keys.map(key => {
    const descending = key.startsWith('-');
    const code = descending ? key.slice(1) : key;
    if (code === '_id') return { by: 'id', descending };
    if (code === '_lastUpdated') return { by: 'updated', descending };
    const [type, ...more] = types;
    const param = type === undefined || more.length > 0 ? undefined : criteria.find(type, code);
    const sort = param && (keyOf(param, descending) ?? criteria.personalSort(type!, code, descending));
    if (!sort) throw notUnderstood('_sort', `one cannot sort by '${code.slice(0, 60)}' here.`);
    return isMain(type, code) ? { by: 'main', descending } : sort;
  });
}

/** The main date is the order lists are kept in: much faster than by the parameter's own entries. */
const isMain = (type: string | undefined, code: string): boolean =>
  type !== undefined && mainDates[type]?.param === code;
