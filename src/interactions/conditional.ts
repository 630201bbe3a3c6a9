/**
 * Criteria of conditional interactions. They are evaluated here for the answer, and again within the commit.
 * https://hl7.org/fhir/R4/http.html#cond-update
 */
import { Fault } from '../fhir/fault.js';
import { parseCriteria } from '../search/parse.js';
import type { Context } from '../service.js';
import type { Criterion, Version } from '../store/port.js';

/** Resources one conditional delete may take. */
export const MAX_MATCHES = 100;

export interface Match {
  versions: Version[];
  /** What must still hold at the commit. */
  criterion: Criterion;
}

/** The query string of a conditional update, patch or delete. */
export function criteriaOf({ request }: Context): string {
  return request.query
    .filter(([name]) => name !== '_format' && name !== '_pretty')
    .map(pair => pair.map(encodeURIComponent).join('='))
    .join('&');
}

/** The resources these criteria match, up to `limit + 1`. Faults: `invalid` for bad or empty criteria. */
export async function matching(context: Context, type: string, criteria: string, limit = 1): Promise<Match> {
  const { services, endpoint, partition, store, request } = context;
  const entry = endpoint.resources.get(type);
  if (criteria.trim() === '') throw new Fault('invalid', 'The criteria are empty.', { code: 'invalid' });
  const where = parseCriteria(services.registry, type, criteria, {
    now: services.clock.now(),
    localBases: [endpoint.url],
    declared: (_type, code) => entry?.searchParams.has(code) ?? false,
  });
  const page = await store.search({
    partition,
    of: [{ type, where }],
    sort: [],
    limit: limit + 1,
    deadline: request.deadline,
  });
  const ids = page.rows.map(({ key }) => key.id);
  return { versions: page.rows, criterion: { partition, type, where, ids } };
}

/** The one match, or undefined; many are Fault `precondition`. */
export function atMostOne({ versions }: Match): Version | undefined {
  if (versions.length > 1) {
    throw new Fault('precondition', 'The criteria match more than one resource.', { code: 'multiple-matches' });
  }
  return versions[0];
}
