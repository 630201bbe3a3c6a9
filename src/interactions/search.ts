/** search-type, search-system and compartment search. https://hl7.org/fhir/R4/search.html */
import { Fault, type Issue } from '../fhir/fault.js';
import type { BundleLink } from '../fhir/bundle.js';
import { pageUrl, startsTo } from '../fhir/page-url.js';
import { parametersOf } from '../fhir/request.js';
import type { ParsedSearch } from '../search/parse.js';
import type { Position } from '../search/query.js';
import type { Context, Handler, Result } from '../service.js';
import type { Page } from '../store/port.js';
import {
  FORM_ONLY,
  questionOf,
  searchPath,
  type QuestionParts,
  type SearchLink,
  type SearchQuestion,
} from './search-question.js';
import { boundedPage } from '../content/bounded-page.js';
import { included, type IncludeParts } from './included.js';
import { outcomeEntry, searchset, type SearchsetParts } from './searchset.js';
import { defined } from '../fhir/defined.js';

/** Totals are exact up to this number, and left out above it unless `_total` requests them. */
const TOTAL_LIMIT = 1000;

export type SearchParts = QuestionParts & IncludeParts & SearchsetParts;

export const createSearch =
  (parts: SearchParts): Handler =>
  async context => {
    const question = await questionOf(context, parts);
    const { parsed } = question;
    if (parsed.summary === 'count' || parsed.count === 0) return countOnly(context, question, parts);
    const page = await pageOf(context, question, parts);
    const total = await totalOf(context, question, page, parts);
    const { entries, warnings } = await included(context, parsed, page.rows, parts);
    return answer(context, question, { page, total, included: entries, warnings }, parts);
  };

async function countOnly(context: Context, question: SearchQuestion, parts: SearchParts): Promise<Result> {
  const total = await count(context, question.parsed, Infinity, parts);
  const content = { total, links: [], matches: [], others: warningEntries(context, question, parts) };
  return { response: await searchset(context, question, content, parts) };
}

function pageOf(context: Context, { parsed, limit, starts }: SearchQuestion, parts: SearchParts): Promise<Page> {
  return boundedPage(
    search => context.store.search(search),
    {
      partition: context.partition,
      of: parsed.of,
      sort: parsed.sort,
      limit,
      ...defined({ after: starts.at(-1) ?? undefined }),
      deadline: deadlineOf(context, parts),
    },
    context.request,
  );
}

/** A search ends with its own limit or with the request, whichever is earlier. */
function deadlineOf({ request }: Context, { clock, limits }: SearchParts): number {
  return Math.min(request.deadline, clock.now() + limits.searchTimeout);
}

/** Counted if there is more than one page. Links to later pages carry a total that `_total` did not request. */
async function totalOf(
  context: Context,
  { parsed, total }: SearchQuestion,
  page: Page,
  parts: SearchParts,
): Promise<number | undefined> {
  if (total === null) return undefined;
  if (total !== undefined) return total;
  if (parsed.total === 'none') return undefined;
  if (!page.next) return page.rows.length;
  if (parsed.total !== undefined) return count(context, parsed, Infinity, parts);
  const counted = await count(context, parsed, TOTAL_LIMIT + 1, parts);
  return counted > TOTAL_LIMIT ? undefined : counted;
}

async function count(context: Context, parsed: ParsedSearch, limit: number, parts: SearchParts): Promise<number> {
  const query = { partition: context.partition, of: parsed.of, deadline: deadlineOf(context, parts) };
  try {
    return await context.store.count(query, limit);
  } catch (error) {
    const late = error instanceof Fault && error.kind === 'timeout';
    throw late ? new Fault('too-costly', 'There are too many matches to count them exactly.') : error;
  }
}

interface PageContent {
  page: Page;
  total: number | undefined;
  included: Awaited<ReturnType<typeof included>>['entries'];
  warnings: Awaited<ReturnType<typeof included>>['warnings'];
}

async function answer(
  context: Context,
  question: SearchQuestion,
  { page, total, included: includedEntries, warnings }: PageContent,
  parts: SearchParts,
): Promise<Result> {
  context.warnings.push(...warnings, ...(page.warnings ?? []).map(incomplete));
  const links = linksOf(context, question, { next: page.next, total }, parts);
  const others = [...includedEntries, ...warningEntries(context, question, parts)];
  const content = { ...defined({ total }), links, matches: page.rows, others };
  return { response: await searchset(context, question, content, parts) };
}

const incomplete = (diagnostics: string): Issue => ({ severity: 'warning', code: 'incomplete', diagnostics });

function linksOf(
  context: Context,
  { parsed, query, starts }: SearchQuestion,
  { next, total }: { next: Position | undefined; total: number | undefined },
  { cursors }: SearchParts,
): BundleLink[] {
  const { endpoint, actor, request } = context;
  const path = searchPath(context);
  // A total that `_total` requests is counted once, and stands on the first page alone.
  const kept = parsed.total === undefined ? (total ?? null) : null;
  const beside = [...query, ...parametersOf(request).filter(([name]) => FORM_ONLY.has(name))];
  const link = (relation: 'previous' | 'next', to: SearchLink['starts']): BundleLink => {
    const content: SearchLink = { path, query, starts: to, total: kept };
    return { relation, url: pageUrl(`${endpoint.url}/${path.join('/')}`, cursors.seal({ ...content }, actor), beside) };
  };
  return [
    ...(starts.length > 1 ? [link('previous', starts.slice(0, -1))] : []),
    ...(next ? [link('next', startsTo(starts, next))] : []),
  ];
}

function warningEntries(
  context: Context,
  { parsed }: SearchQuestion,
  { ids }: SearchParts,
): ReturnType<typeof outcomeEntry>[] {
  const warnings = [...context.warnings, ...parsed.warnings];
  return warnings.length === 0 ? [] : [outcomeEntry(ids, warnings)];
}
