/** Answers what chains over canonical references ask, by searches of the caller's own store. */
import { Fault } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import type { AskChain } from '../search/open-chains.js';
import type { Context } from '../service.js';
import { firstRows } from '../store/views/first-rows.js';

/** The most resources that one step of such a chain may find: each becomes a part of the query. */
const MOST = 500;

/** Fault `too-costly` where a step finds more. */
export function askStore({ partition, request, store }: Context): AskChain {
  return async ({ type, where, read }) => {
    const of = [{ type, where }];
    const search = { partition, of, sort: [], limit: MOST + 1, deadline: request.deadline };
    const { rows } = await firstRows(store, search);
    if (rows.length > MOST) throw new Fault('too-costly', 'A chain over canonical URLs matches too many resources.');
    return [...new Set(rows.flatMap(({ json }) => read(parseStored<Resource>(json))))];
  };
}
