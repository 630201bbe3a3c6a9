/** Searches whose matches are few enough to be listed whole: groups, endpoints, the roles of one group. */
import type { Query } from '../../../fhir/request.js';
import type { Resource } from '../../../fhir/resource.js';
import type { SignedIn } from '../../../identity/sessions/session.js';
import { find, type Desk } from '../desk.js';

const PAGE = '100';
const MOST_PAGES = 10;

/** The matches of all pages, with what is included; of more than a thousand the first thousand. */
export async function findAll(
  desk: Desk,
  who: SignedIn,
  type: string,
  query: Query,
): Promise<{ matches: Resource[]; included: Resource[] }> {
  const all = { matches: [] as Resource[], included: [] as Resource[] };
  let page: string | undefined;
  for (let read = 0; read < MOST_PAGES; read++) {
    const next: Query = page === undefined ? [] : [['_page', page]];
    const found = await find(desk, who, type, [...query, ['_count', PAGE], ...next]);
    all.matches.push(...found.matches);
    all.included.push(...found.included);
    page = found.next;
    if (page === undefined) break;
  }
  return all;
}
