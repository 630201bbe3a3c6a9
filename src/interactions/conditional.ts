/**
 * Criteria of conditional interactions. They are evaluated here for the answer, and again in the commit.
 * https://hl7.org/fhir/R4/http.html#cond-update
 */
import { Fault } from '../fhir/fault.js';
import { parseForm } from '../fhir/form.js';
import type { Query } from '../fhir/request.js';
import type { BareId } from '../search/bare-ids.js';
import { parseCriteria } from '../search/parse.js';
import { and, not } from '../search/filters.js';
import type { Filter } from '../search/query.js';
import { assertOneType } from './assert-one-type.js';
import { terminologyNames } from '../search/terminology-names.js';
import type { Context, HandlerParts } from '../service.js';
import type { Criterion, Version } from '../store/port.js';
import { firstRows } from '../store/views/first-rows.js';

/** The most resources of one conditional delete. */
export const MAX_MATCHES = 100;

export interface CriteriaMatch {
  versions: Version[];
  /** The criteria as they were sent. */
  meant: Filter;
  /** The condition that the commit checks again: the criteria, without the resources that do not count. */
  criterion: Criterion;
}

/**
 * Criteria for a type in a header: a query string, with or without `?`, `Patient?` or an address of this endpoint before it.
 * Fault `invalid` where another type or another server stands there.
 */
export function criteriaText(text: string, type: string, base: string): Query {
  const [, place = '', query = ''] = /^(?:([^?=&]*)\?)?(.*)$/s.exec(text) ?? [];
  const path = place.startsWith(`${base}/`) ? place.slice(base.length + 1) : place.replace(/^\//, '');
  if (path === '' || path === type) return parseForm(query);
  throw new Fault('invalid', `The criteria must be about ${type}, on this endpoint.`, { code: 'value' });
}

export type CriteriaParts = Pick<HandlerParts, 'registryOf' | 'clock' | 'terminology'>;

interface MatchLimits {
  /** Default 1. */
  limit?: number;
  /** Ids of resources that do not count, as the same transaction deletes or writes them. */
  besides?: readonly string[];
}

/** The resources these criteria match, up to `limit + 1`. Faults: `invalid` for bad or empty criteria. */
export async function matching(
  context: Context,
  type: string,
  criteria: Query,
  { registryOf, clock, terminology }: CriteriaParts,
  { limit = 1, besides = [] }: MatchLimits = {},
): Promise<CriteriaMatch> {
  const { endpoint, partition, store, request } = context;
  const entry = endpoint.resources.get(type);
  const named = terminologyNames(criteria);
  const bareIds: BareId[] = [];
  const meant = parseCriteria(registryOf(partition), type, criteria, {
    now: clock.now(),
    localBases: [endpoint.url],
    terminology: named.length > 0 ? await terminology(context, named) : undefined,
    declared: (_type, code) => entry?.searchParams.has(code) ?? false,
    bareIds,
  });
  if (!meant) throw new Fault('invalid', 'The criteria are empty.', { code: 'invalid' });
  await assertOneType(context, bareIds);
  const where = and([meant, ...exceptions(besides)]);
  const page = await firstRows(store, {
    partition,
    of: [{ type, where }],
    sort: [],
    limit: limit + 1,
    deadline: request.deadline,
  });
  const ids = page.rows.map(({ key }) => key.id);
  return { versions: page.rows, meant, criterion: { partition, type, where, ids } };
}

const exceptions = (ids: readonly string[]): Filter[] => (ids.length === 0 ? [] : [not({ kind: 'id', ids: [...ids] })]);

/** The ids of this type among `Type/id`. */
export const idsOf = (type: string, names: Iterable<string> = []): string[] =>
  [...names].flatMap(name => (name.startsWith(`${type}/`) ? [name.slice(type.length + 1)] : []));

/** The only match, or undefined. Fault `precondition` for more than one. */
export function atMostOne({ versions }: CriteriaMatch): Version | undefined {
  if (versions.length > 1) {
    throw new Fault('precondition', 'The criteria match more than one resource.', { code: 'multiple-matches' });
  }
  return versions[0];
}
