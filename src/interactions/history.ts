/** history of an instance, a type, the system. https://hl7.org/fhir/R4/http.html#history */
import { bundleText, lengthOfHead, type BundleEntry, type BundleLink } from '../fhir/bundle.js';
import { Fault } from '../fhir/fault.js';
import { etag } from '../fhir/etag.js';
import { formText } from '../fhir/form.js';
import { instant } from '../fhir/instant.js';
import { continuedQuery, isOfPath, pageUrl, startsTo } from '../fhir/page-url.js';
import type { Query } from '../fhir/request.js';
import { parseView, type View } from '../formats/summary.js';
import { CEILING, FLOOR, type Position, type RangeOp } from '../search/query.js';
import { dateInterval } from '../search/types/date.js';
import { splitPrefix } from '../search/types/prefix.js';
import type { Context, Handler, HandlerParts } from '../service.js';
import type { HistoryQuery, Page, Version } from '../store/port.js';
import { createBreather } from '../runtime/breather.js';
import { shownText } from '../content/text.js';
import { boundedPage } from '../content/bounded-page.js';
import { absent, current, instanceKey } from './version.js';
import { checkElements, shown } from './view.js';
import { defined } from '../fhir/defined.js';

const KNOWN = new Set(['_since', '_at', '_count', '_sort', '_summary', '_elements', '_page', '_format', '_pretty']);
/** Totals are exact up to this number, and left out above it. */
const TOTAL_LIMIT = 1000;

interface HistoryLink {
  query: Query;
  path: readonly string[];
  /** Where the latest pages up to this one start; null is the beginning. */
  starts: readonly (Position | null)[];
}

type Question = Pick<HistoryLink, 'query' | 'starts'>;

export type HistoryParts = Pick<HandlerParts, 'limits' | 'cursors' | 'definitions' | 'blobs'>;

export const createHistory =
  (parts: HistoryParts): Handler =>
  async context => {
    await checkInstance(context);
    const { query, starts } = questionOf(context, parts);
    const after = starts.at(-1) ?? undefined;
    const conditions = conditionsOf(context, query);
    const view = parseView(query);
    if (view) checkElements(context, parts.definitions, view);
    const limit = view?.summary === 'count' ? 0 : countOf(query, parts);
    const historyQuery = { ...conditions, limit, ...defined({ after }) };
    const page =
      limit === 0 ? { rows: [] } : await boundedPage(one => context.store.history(one), historyQuery, context.request);
    const total = await context.store.countHistory(conditions, TOTAL_LIMIT + 1);
    const entries: BundleEntry[] = [];
    const breathe = createBreather();
    for (const version of page.rows) {
      entries.push(await entryOf(context, version, view, parts));
      await breathe();
    }
    const head = {
      type: 'history' as const,
      ...defined({ total: total > TOTAL_LIMIT ? undefined : total }),
      link: linksOf(context, { query, starts }, page, parts),
    };
    const text = bundleText(head, entries);
    return { response: { status: 200, headers: {}, reflected: lengthOfHead(text), body: { kind: 'json', text } } };
  };

function linksOf(context: Context, { query, starts }: Question, { next }: Page, parts: HistoryParts): BundleLink[] {
  const used = context.request.query.filter(([name]) => KNOWN.has(name));
  const links: BundleLink[] = [{ relation: 'self', url: urlOf(context, used) }];
  if (starts.length > 1) links.push(pageLink(context, 'previous', { query, starts: starts.slice(0, -1) }, parts));
  if (next) links.push(pageLink(context, 'next', { query, starts: startsTo(starts, next) }, parts));
  return links;
}

async function checkInstance(context: Context): Promise<void> {
  if (context.route.id === undefined) return;
  const key = instanceKey(context);
  if (!(await current(context, key))) throw absent(key);
}

function questionOf(context: Context, { cursors }: HistoryParts): Question {
  const { request, actor } = context;
  const unknown = request.query.find(([name]) => !KNOWN.has(name));
  if (unknown && !context.lenient) {
    throw new Fault('invalid', 'A history takes _since, _at, _count, _summary and _elements alone.', {
      code: 'not-supported',
    });
  }
  const names = request.query.map(([name]) => name);
  const twice = ['_since', '_at', '_count'].find(name => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice !== undefined) throw new Fault('invalid', `${twice} may be given once.`, { code: 'structure' });
  if (request.query.some(([name, value]) => name === '_sort' && value !== '-_lastUpdated')) {
    throw new Fault('invalid', 'A history is sorted by -_lastUpdated, newest first.', { code: 'not-supported' });
  }
  const cursor = request.query.find(([name]) => name === '_page')?.[1];
  if (cursor === undefined) return { query: request.query, starts: [null] };
  const link = cursors.open(cursor, actor) as unknown as HistoryLink;
  if (!isOfPath(link.path, request.path)) throw new Fault('not-found', 'There is no such page.');
  return { query: continuedQuery(link.query, request.query), starts: link.starts };
}

function conditionsOf(context: Context, query: Query): Omit<HistoryQuery, 'limit' | 'after'> {
  const { endpoint, partition, route, request } = context;
  const types = route.type === undefined ? [...endpoint.resources.keys()] : [route.type];
  const where = { kind: 'all' as const };
  const since = query.find(([name]) => name === '_since')?.[1];
  const at = query.find(([name]) => name === '_at')?.[1];
  return {
    partition,
    of: types.map(type => ({ type, where, ...defined({ id: route.id }) })),
    ...defined({
      since: since === undefined ? undefined : periodOf('_since', since).from,
      during: at === undefined ? undefined : spanOf(at),
    }),
    deadline: request.deadline,
  };
}

function periodOf(name: string, text: string): Span {
  const period = dateInterval(text);
  if (!period) throw new Fault('invalid', `${name} must be a date or an instant.`, { code: 'value' });
  return { from: period.lo, to: period.hi };
}

/** The period that `_at` names: a date stands for the whole day, month or year, and may have a prefix. https://hl7.org/fhir/R4/search.html#prefix */
function spanOf(text: string): Span {
  const { op, rest } = splitPrefix(text);
  const span = SPANS[op]?.(periodOf('_at', rest));
  if (!span) throw new Fault('invalid', `_at takes no prefix ${op}.`, { code: 'value' });
  return span;
}

interface Span {
  from: number;
  to: number;
}

// Versions are made at whole milliseconds.
const after = ({ to }: Span): Span => ({ from: Math.floor(to) + 1, to: CEILING });
const before = ({ from }: Span): Span => ({ from: FLOOR, to: Math.ceil(from) - 1 });
const SPANS: Partial<Record<RangeOp, (period: Span) => Span>> = {
  eq: period => period,
  ge: ({ from }) => ({ from, to: CEILING }),
  le: ({ to }) => ({ from: FLOOR, to }),
  gt: after,
  sa: after,
  lt: before,
  eb: before,
};

function countOf(query: Query, { limits }: HistoryParts): number {
  const text = query.find(([name]) => name === '_count')?.[1];
  if (text === undefined) return limits.pageSize;
  if (!/^\d{1,9}$/.test(text))
    throw new Fault('invalid', '_count must be a whole number, 0 or more.', { code: 'value' });
  return Math.min(Number(text), limits.maxPageSize);
}

const STATUS: Record<Version['method'], string> = {
  POST: '201 Created',
  PUT: '200 OK',
  PATCH: '200 OK',
  DELETE: '204 No Content',
};

async function entryOf(
  context: Context,
  version: Version,
  view: View | undefined,
  { blobs, definitions }: HistoryParts,
): Promise<BundleEntry> {
  const { key, method } = version;
  const name = `${key.type}/${key.id}`;
  return {
    fullUrl: `${context.endpoint.url}/${name}`,
    ...defined({ json: version.deleted ? undefined : shown(definitions, view, await shownText(blobs, version)) }),
    request: { method, url: method === 'POST' ? key.type : name },
    response: {
      status: method === 'PUT' && version.version === 1 ? STATUS.POST : STATUS[method],
      etag: etag(version.version),
      lastModified: instant(version.at),
    },
  };
}

/** The link to the page that starts at the last of these positions; the first page keeps the caller's own address. */
function pageLink(
  context: Context,
  relation: 'previous' | 'next',
  { query, starts }: Question,
  { cursors }: HistoryParts,
) {
  const { request, actor } = context;
  if (starts.at(-1) === null) return { relation, url: urlOf(context, query) };
  const sealed = cursors.seal({ path: request.path, query, starts }, actor);
  return { relation, url: pageUrl(addressOf(context), sealed, query) };
}

const addressOf = ({ endpoint, request }: Context): string => [endpoint.url, ...request.path].join('/');

function urlOf(context: Context, query: Query): string {
  const text = formText(query);
  return `${addressOf(context)}${text === '' ? '' : `?${text}`}`;
}
