/** The values of search parameters whose SearchParameter has no expression because none could say them, by type and code. */
import { rangeOf } from '../fhir/period.js';
import type { Json, JsonObject, Resource } from '../fhir/resource.js';

type Values = (resource: Resource) => number[];

/** More milliseconds since the epoch than any due time, and than what is not due: by the time it was authored. */
const FAR = 2 ** 42;
const RANKS: readonly Json[] = ['stat', 'asap', 'urgent', 'routine'];
const OPEN: readonly (Json | undefined)[] = ['ready', 'requested', 'in-progress', 'on-hold'];

const instantOf = (date: Json | undefined): number | undefined => {
  const [, last] = typeof date === 'string' ? rangeOf(date) : [NaN, NaN];
  return Number.isFinite(last) ? Math.min(Math.max(last, 0), FAR - 1) : undefined;
};

/** The place of an open Task in a queue: by priority, then by due time; what is never due comes last, the oldest first. */
function queueOrder({ status, priority = 'routine', restriction, authoredOn }: Resource): number[] {
  if (!OPEN.includes(status)) return [];
  const period = (restriction as JsonObject | undefined)?.['period'] as JsonObject | undefined;
  const due = instantOf(period?.['end']) ?? FAR + (instantOf(authoredOn) ?? 0);
  return [RANKS.indexOf(priority) * 2 * FAR + due];
}

export const computed: Readonly<Record<string, Values>> = { 'Task.queue-order': queueOrder };
