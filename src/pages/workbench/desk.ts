/** How the Workbench reads and acts: FHIR requests with the rights of the member of staff who is signed in, and no others. */
import type { Bundle, OperationOutcome } from 'fhir/r4.js';
import type { Query } from '../../fhir/request.js';
import type { Resource } from '../../fhir/resource.js';
import type { SignedIn } from '../../identity/sessions/session.js';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the portal's base. */
  readonly path: readonly string[];
  readonly query?: Query;
  readonly resource?: Resource;
  /** Content of a Binary, read while it arrives. The answer names it, and holds none of it. */
  readonly content?: { readonly type: string; readonly bytes: AsyncIterable<Uint8Array> };
  /** The version that is changed, as `meta.versionId` has it: where another is there by now, the answer is 412. */
  readonly version?: string;
  /** Of the texts that tell people why something is refused. */
  readonly language?: string;
}

export interface Reply {
  readonly status: number;
  /** That of a refusal is an OperationOutcome. */
  readonly resource: Resource | undefined;
  /** Of what was created: `Binary/1`. */
  readonly created?: string;
}

/** Answers as the portal's FHIR endpoint does. Never rejects for a refusal. */
export type Desk = (who: SignedIn, call: Call) => Promise<Reply>;

/** What a search found, matches and what is included, and the token of the next page. */
export interface Found {
  readonly matches: readonly Resource[];
  readonly included: readonly Resource[];
  readonly total: number | undefined;
  readonly next: string | undefined;
}

const NOTHING: Found = { matches: [], included: [], total: 0, next: undefined };

/** The matches of a search; none where it is refused: what a caller may not see is not there. */
export async function find(desk: Desk, who: SignedIn, type: string, query: Query): Promise<Found> {
  return foundIn(await desk(who, { method: 'GET', path: [type], query }));
}

/** What the searchset of an answer holds; nothing where it is refused. */
export function foundIn({ status, resource }: Reply): Found {
  if (status !== 200 || resource === undefined) return NOTHING;
  const { entry = [], link = [], total } = resource as unknown as Bundle;
  const of = (mode: string): Resource[] =>
    entry.flatMap(one => (one.search?.mode === mode && one.resource ? [one.resource as unknown as Resource] : []));
  const next = link.find(({ relation }) => relation === 'next')?.url;
  const token = next === undefined ? undefined : new URL(next).searchParams.get('_page');
  return { matches: of('match'), included: of('include'), total, next: token ?? undefined };
}

/** A search, or the page of it that a link's token names: the token holds the criteria, and takes no others. */
export const pageOf = (query: Query, token: string): Query => (token === '' ? query : [['_page', token]]);

/** A resource; undefined where it is absent or hidden. */
export async function read(desk: Desk, who: SignedIn, reference: string): Promise<Resource | undefined> {
  const { status, resource } = await desk(who, { method: 'GET', path: reference.split('/') });
  return status === 200 ? resource : undefined;
}

/** Why something was refused, in the words of its outcome. */
export function reasonOf({ resource }: Reply): string | undefined {
  if (resource?.resourceType !== 'OperationOutcome') return undefined;
  const [issue] = (resource as unknown as OperationOutcome).issue;
  return issue?.details?.text ?? issue?.diagnostics;
}
