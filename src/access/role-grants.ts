/**
 * The portal's roles are granted by role administration alone: whoever may update the provider directory keeps the roles in it as
 * they are. https://hl7.org/fhir/R4/practitionerrole.html
 */
import { isDeepStrictEqual } from 'node:util';
import { Fault } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import type { Json, JsonObject, Resource } from '../fhir/resource.js';
import type { Put, Store, Version } from '../store/port.js';
import type { Actor } from './actor.js';
import { internalPosting } from './internal-posting.js';
import { covers } from './scope.js';

const TYPE = 'PractitionerRole';

/** The scope of its own, `system/PractitionerRole.$grant-role`, with which a system administers roles. */
const GRANT = { type: TYPE, operation: 'grant-role' } as const;
const ADMINISTRATOR = 'healthcare-administrator';

/** The elements that decide what a role gives to whom. */
const DECISIVE = ['code', 'active', 'period', 'practitioner', 'organization'];

/**
 * Fault `forbidden` where one of these changes a role of the portal, ends it, or makes one, and the actor does not administer
 * roles; nor does anybody change their own.
 * @param roleSystem the code system of the portal's roles
 */
export async function checkRoleGrants(
  store: Pick<Store, 'read'>,
  actor: Actor,
  puts: readonly Put[],
  roleSystem: string,
): Promise<void> {
  for (const put of puts.filter(({ key }) => key.type === TYPE)) {
    const [before] = put.version === 1 ? [] : await store.read([put.key]);
    if (isDeepStrictEqual(granted(before, roleSystem), granted(put, roleSystem))) continue;
    if (!administersRoles(actor)) throw forbidden('Roles of the portal are granted by role administration alone.');
    if (isOwn(actor, put)) throw forbidden('Nobody changes their own roles.');
  }
}

/** Whether the actor administers the portal's roles, and what else of the directory is the portal's own. */
export function administersRoles({ kind, roles, scopes }: Actor): boolean {
  return kind === 'staff' ? roles.has(ADMINISTRATOR) : kind === 'system' && covers(scopes, GRANT);
}

const isOwn = ({ identities }: Actor, { index: { postings } }: Put): boolean =>
  identities.some(identity => postings.includes(internalPosting(TYPE, 'of', identity)));

/** What a version gives; nothing where it names no role of the portal in any element. */
function granted(version: Pick<Version, 'deleted' | 'json'> | undefined, roleSystem: string): Json[] | undefined {
  if (!version || version.deleted) return undefined;
  const role = parseStored<Resource>(version.json);
  const codes = codesIn(role, roleSystem);
  return codes.length === 0 ? undefined : [...codes, ...DECISIVE.map(name => role[name] ?? null)];
}

/** The codes of the portal's roles in any element. */
function codesIn(value: Json | undefined, roleSystem: string): Json[] {
  if (Array.isArray(value)) return value.flatMap(one => codesIn(one, roleSystem));
  if (typeof value !== 'object' || value === null) return [];
  const { system, code } = value as JsonObject;
  const own = system === roleSystem ? [code ?? null] : [];
  return [...own, ...Object.values(value).flatMap(one => codesIn(one as Json, roleSystem))];
}

const forbidden = (message: string): Fault => new Fault('forbidden', message, { expression: `${TYPE}.code` });
