/** Drafts of messages: a draft names its author (extension `author`), who alone sees it, whatever its parties are. */
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Json, JsonObject, Resource } from '../fhir/resource.js';
import { and, NONE, not, or } from '../search/filters.js';
import type { Filter } from '../search/query.js';
import { internalPosting } from './internal-posting.js';

const TYPE = 'Communication';

/** Carried by all drafts. */
const DRAFT = internalPosting(TYPE, 'draft', '');

/** The internal postings of a draft, in place of all others; undefined for any other resource. */
export function draftPostings(resource: Resource, own: OwnCanonicals): string[] | undefined {
  if (resource.resourceType !== TYPE || resource['status'] !== 'preparation') return undefined;
  const extensions = (resource['extension'] ?? []) as JsonObject[];
  const author = extensions.find(({ url }) => url === own.structure('author'))?.['valueReference'];
  const name = author === undefined ? undefined : nameIn(author as JsonObject);
  return name === undefined ? undefined : [DRAFT, internalPosting(TYPE, 'author', name)];
}

/** `Practitioner/1` of a person, `client:demo-ehr` of a system. */
function nameIn({ reference, identifier }: JsonObject): string | undefined {
  const name: Json | undefined = reference ?? (identifier as JsonObject | undefined)?.['value'];
  return typeof name === 'string' ? name : undefined;
}

/** Binaries of a draft are its author's, too. */
const AUTHORED = new Set([TYPE, 'Binary']);

/** The drafts of an author of these names, and their files. */
export const draftsBy = (names: readonly string[], type: string): Filter =>
  AUTHORED.has(type) ? or(names.map(name => ({ kind: 'posting', key: internalPosting(type, 'author', name) }))) : NONE;

/** What is no draft, and was none when it was deleted. */
export const noDraft: Filter = and([
  not({ kind: 'posting', key: DRAFT }),
  not({ kind: 'posting', key: `~gone|${DRAFT}` }),
]);
