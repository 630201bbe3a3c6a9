/** Page links of Patient/$everything: what the caller selected, the position, and which resources earlier pages included. */
import { createHash } from 'node:crypto';
import type { BundleLink } from '../../fhir/bundle.js';
import { Fault } from '../../fhir/fault.js';
import { pageUrl } from '../../fhir/page-url.js';
import type { View } from '../../formats/summary.js';
import type { Position } from '../../search/query.js';
import type { Context, HandlerParts } from '../../service.js';
import type { Key } from '../../store/port.js';
import type { Window } from './members.js';

/** The parameters of the first request; the pages after it keep them. */
export interface Selection extends Window {
  /** Id of the patient. */
  patient: string;
  view?: View;
  types: readonly string[] | undefined;
  /** Resources of the compartment on a page. */
  count: number;
}

export interface PageLink {
  selection: Selection;
  after?: Position;
  /** Marks of the resources outside the compartment that earlier pages included: no page repeats them. */
  included: readonly string[];
}

/** Marks in a link: each makes it longer. */
export const MAX_INCLUDED = 200;

/** A resource's key in few characters. */
export const markOf = ({ type, id }: Key): string =>
  createHash('sha256').update(`${type}/${id}`).digest('base64url').slice(0, 8);

type LinkParts = Pick<HandlerParts, 'cursors'>;

/** The page that the request asks for; the first one without a page link. Fault `not-found`. */
export function requestedPage({ request, actor }: Context, selection: Selection, { cursors }: LinkParts): PageLink {
  const link = request.query.find(([name]) => name === '_page')?.[1];
  if (link === undefined) return { selection, included: [] };
  const page = cursors.open(link, actor) as unknown as PageLink;
  const { selection: first } = page as Partial<PageLink>;
  if (first?.patient !== selection.patient) throw new Fault('not-found', 'There is no such page.');
  return page;
}

/** The links of a page: to itself, and to the next one if there is one. */
export function linksOf({ endpoint, request, actor }: Context, next: PageLink, { cursors }: LinkParts): BundleLink[] {
  const url = `${endpoint.url}/${request.path.join('/')}`;
  const self: BundleLink = { relation: 'self', url };
  if (!next.after) return [self];
  const link = cursors.seal({ ...next }, actor);
  return [self, { relation: 'next', url: pageUrl(url, link, request.query) }];
}
